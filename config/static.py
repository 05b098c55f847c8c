from pathlib import PurePath

from django.core.files.base import ContentFile, File
from rcssmin import cssmin  # type: ignore[import-untyped]
from rjsmin import jsmin  # type: ignore[import-untyped]
from whitenoise.storage import CompressedManifestStaticFilesStorage

# Not what others made: they have minified it themselves, and template literals do not survive it twice.
OURS = ("frontend/js/", "frontend/css/")
# Compile a module's functions while it loads, on another thread, and not when they are first called: the first message
# would wait for a hundred of them. https://github.com/WICG/explicit-javascript-compile-hints-file-based
COMPILE_AHEAD = "//# allFunctionsCalledOnLoad\n"
MINIFIERS = {".js": lambda text: COMPILE_AHEAD + jsmin(text), ".css": cssmin}


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Names that change with the content, for files that browsers keep for ever; comments stay at home.

    Modules are not rewritten: the page's import map says under which names they are served (frontend/templatetags).
    """

    def _save(self, name: str, content: File) -> str:
        minify = MINIFIERS.get(PurePath(name).suffix)
        if minify is not None and name.startswith(OURS):
            content.seek(0)
            content = ContentFile(minify(content.read().decode()).encode())
        saved: str = super()._save(name, content)
        return saved
