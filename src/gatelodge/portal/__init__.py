"""The portal: pages for people. Handlers read a form, call a use case and hand a page model to a template that holds no
logic but loops and conditions."""
