"""The addresses of the product, and two whose views fail."""

from django.urls import path

from minshi.urls import handler400, handler404, handler500
from minshi.urls import urlpatterns as known

__all__ = ["handler400", "handler404", "handler500", "urlpatterns"]


def broken(_request):
    raise ZeroDivisionError("as a fault of ours would be")


urlpatterns = [path("api/broken/", broken), path("broken/", broken), *known]
