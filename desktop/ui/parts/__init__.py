"""Small widgets that every screen uses: buttons, fields, menus, toasts."""
