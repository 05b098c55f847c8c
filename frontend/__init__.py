"""The browser side: templates, styles and plain ES modules. It meets the server only through the protocol."""
