"""Which styles of wall rooms have: when they are built, and when they are redecorated."""

__all__ = ["HOME_WALLS", "OFFICE_ROOM_WALLS"]

#: Kind of room to the styles of wall that it may have.
HOME_WALLS = {
    "living room": ("wallpaper", "stripes", "brick", "plaster"),
    "kitchen": ("tiles", "plaster", "panels"),
    "bedroom": ("wallpaper", "stripes", "plaster"),
    "guest room": ("wallpaper", "stripes", "plaster", "panels"),
    "study": ("panels", "brick", "wallpaper", "plaster"),
    "bathroom": ("tiles",),
    "laundry": ("tiles", "plaster", "brick"),
    "hall": ("plaster", "panels", "stripes", "wallpaper"),
}

#: Kind of room to the styles of wall that it may have.
OFFICE_ROOM_WALLS = {
    "reception": ("graphic", "slats", "concrete", "brick", "dado"),
    "corridor": ("band", "dado", "panels", "brick", "graphic"),
    "open office": ("graphic", "band", "brick", "concrete", "felt", "dado"),
    "office": ("band", "dado", "stripes", "felt", "panels"),
    "meeting room": ("felt", "slats", "graphic", "band", "concrete", "dado"),
    "kitchen": ("tiles", "graphic", "brick", "dado"),
    "toilets": ("tiles",),
    "print room": ("band", "dado", "panels"),
    "server room": ("concrete", "panels", "brick"),
    "storage": ("concrete", "brick", "panels"),
    "mail room": ("band", "dado", "concrete"),
}
