"""The pages of the desk as the server describes them: what to load, how to draw it, what one may do there.

A page is data: sources (paths of the API), blocks (a view, a title and a JSON pointer into what the sources
answered), forms and actions. One generic page of the browser draws all of them, so a new page costs its
description here and nothing there. It imports msgspec and primitives alone. Start at `registry.pages`;
`spec` has the types, `views` how each kind of block is set up, `check` what a page must keep to.
"""
