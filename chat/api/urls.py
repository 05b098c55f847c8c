from django.urls import path

from chat.api import files, people, rooms, search
from chat.api.endpoint import endpoint

urlpatterns = [
    path("people/", endpoint(GET=people.everybody)),
    path("direct/", endpoint(POST=rooms.make_direct)),
    path("search/", endpoint(GET=search.search)),
    path("rooms/", endpoint(GET=rooms.found, POST=rooms.make)),
    path("rooms/<int:room>/", endpoint(PATCH=rooms.rename)),
    path("rooms/<int:room>/join/", endpoint(POST=rooms.join)),
    path("rooms/<int:room>/leave/", endpoint(POST=rooms.leave)),
    path("rooms/<int:room>/files/", endpoint(GET=files.of_room)),
    path("rooms/<int:room>/members/", endpoint(GET=rooms.members, POST=rooms.add)),
]
