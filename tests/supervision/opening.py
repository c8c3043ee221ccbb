"""Opens a page of supervision as somebody."""

from django.urls import reverse


def page(client, post, name, *args, **query):
    client.force_login(post.user)
    return client.get(reverse(f"supervision:{name}", args=args), query).content.decode()
