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
    """Hashed names for ever-cached files, ES modules' imports of one another included; comments stay at home.

    Django's own support for modules also follows `import("./x.js")` in JSDoc types, which need no other name.
    """

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        (
            "*.js",
            (
                (
                    r"""(?m)(?P<matched>^(?P<head>(?:import|export)\b(?:[^"'\n]*\bfrom\b)?\s*)["'](?P<url>\.{1,2}/[^"']+)["'])""",
                    '%(head)s"%(url)s"',
                ),
                # import("./x.js") when it is first wanted; not on lines of comments.
                (
                    r"""(?m)(?P<matched>^(?P<head>(?!\s*/?\*).*\bimport\()["'](?P<url>\.{1,2}/[^"']+)["'])""",
                    '%(head)s"%(url)s"',
                ),
                # new URL("./x.json", import.meta.url): files that modules fetch.
                (
                    r"""(?P<matched>(?P<head>\bnew URL\()["'](?P<url>\.{1,2}/[^"'\n]+)["'](?=, import\.meta\.url))""",
                    '%(head)s"%(url)s"',
                ),
            ),
        ),
    )
    # One pass for each level of imports: Django's five are for style sheets.
    max_post_process_passes = 50

    def _save(self, name: str, content: File) -> str:
        minify = MINIFIERS.get(PurePath(name).suffix)
        if minify is not None and name.startswith(OURS):
            content.seek(0)
            content = ContentFile(minify(content.read().decode()).encode())
        saved: str = super()._save(name, content)
        return saved
