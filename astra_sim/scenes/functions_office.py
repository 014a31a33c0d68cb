"""What the things of an office are good for, in words that people use."""

from __future__ import annotations

__all__ = ["DOOR_SIGN_FUNCTION", "EXIT_SIGN_FUNCTION", "OFFICE_FUNCTIONS", "WAY_SIGN_FUNCTION"]

#: Category to several wordings; the seed picks one.
OFFICE_FUNCTIONS: dict[str, tuple[str, ...]] = {
    "reception desk": (
        "asking for help and signing in as a visitor",
        "visitors announce themselves here",
        "the front desk, information and badges",
    ),
    "desk": ("working at a computer", "typing and reading at a workplace", "doing office work"),
    "office chair": ("sitting at the desk", "a swivel seat for working"),
    "meeting table": (
        "meetings with several people",
        "sitting together to discuss a project",
        "a conference with colleagues",
    ),
    "whiteboard": (
        "writing and sketching ideas for all to see",
        "drawing diagrams with a marker",
        "collecting ideas in a meeting",
    ),
    "projector screen": (
        "showing slides to an audience",
        "presenting with a projector",
        "watching a presentation",
    ),
    "tv": ("video calls and presentations", "sharing a laptop's picture", "watching the news"),
    "printer": (
        "printing and copying documents",
        "getting something on paper, scanning",
        "making copies",
    ),
    "water dispenser": (
        "fresh drinking water for the thirsty",
        "filling a bottle with cold water",
        "a cup of water",
    ),
    "coffee machine": (
        "making coffee",
        "a hot espresso or cappuccino",
        "something against fatigue",
    ),
    "vending machine": (
        "buying snacks and drinks",
        "chocolate bars, crisps and lemonade for coins",
        "a sweet snack when one is hungry",
    ),
    "fridge": (
        "cold drinks and food",
        "keeps lunch and milk cool",
        "storing one's lunch in the cold",
    ),
    "microwave": ("warming up lunch", "heating a meal quickly", "reheating leftovers"),
    "sink": ("washing dishes and filling a glass", "rinsing cups", "tap water, cleaning plates"),
    "dining table": (
        "eating lunch with colleagues",
        "a place to have lunch",
        "sitting down for a meal or a chat",
    ),
    "sofa": ("sitting while one waits", "relaxing together", "a comfortable seat for visitors"),
    "armchair": ("waiting in comfort", "a soft seat for one", "sitting back with a magazine"),
    "coffee table": ("magazines for those who wait", "putting down a cup"),
    "lift": (
        "going to another floor without climbing stairs",
        "riding up or down",
        "the elevator to the other storeys",
    ),
    "staircase": (
        "walking up to the next floor",
        "going upstairs on foot",
        "the way to other floors by steps",
    ),
    "toilet": ("relieving oneself", "the lavatory", "answering the call of nature"),
    "washbasin": ("washing hands", "cleaning hands with soap", "freshening up at the mirror"),
    "hand dryer": ("drying wet hands", "hot air for wet hands"),
    "server rack": (
        "computers that run the network",
        "servers and data storage",
        "the machines behind the intranet",
    ),
    "filing cabinet": ("keeping files and contracts", "paper records in drawers"),
    "bookshelf": ("binders and handbooks", "books and folders to look things up", "storing books"),
    "lockers": (
        "locking away bags and private things",
        "keeping valuables safe",
        "storing a bag during work",
    ),
    "coat rack": ("hanging up coats and jackets", "jackets, hats and scarves"),
    "phone booth": (
        "making a private phone call",
        "a quiet call without disturbing others",
        "talking on the phone undisturbed",
    ),
    "shredder": ("destroying confidential paper", "cutting documents to shreds"),
    "recycling bin": ("recycling used paper and packaging", "throwing away paper"),
    "trash bin": ("throwing away garbage", "disposing of rubbish", "getting rid of waste"),
    "notice board": ("announcements and news on paper", "reading notices", "pinning up a note"),
    "plant": ("greenery that needs watering", "a living plant for decoration", "green leaves"),
    "picture": ("decoration on the wall", "art to look at", "a painting to enjoy"),
    "first aid kit": (
        "plasters and bandages for a small injury",
        "dressing a cut",
        "medical help for a wound",
    ),
    "defibrillator": (
        "reviving someone whose heart has stopped",
        "help after a cardiac arrest",
        "a shock that restarts the heart",
    ),
    "fire extinguisher": ("putting out a fire", "fighting flames", "stopping a small fire"),
    "mail shelf": (
        "picking up letters and parcels",
        "the post of every employee",
        "sorting incoming mail",
    ),
    "copier paper shelf": (
        "paper to refill the printer",
        "reams of blank paper and toner",
        "fetching new sheets for the copier",
    ),
    "storage shelf": ("boxes with office supplies", "storing cartons and spare parts"),
    "sideboard": ("keeping cups and stationery", "storing glasses and documents"),
}

#: Wordings for the signs beside doors; ``{room}`` is the name of the room.
DOOR_SIGN_FUNCTION = (
    "names the {room}",
    "marks the entrance of the {room}",
    "shows where the {room} is",
)
#: Wordings for the signs that hang over corridors.
WAY_SIGN_FUNCTION = ("tells which rooms are along this corridor", "points the way to {room}")
#: Wordings for the sign at the stairs.
EXIT_SIGN_FUNCTION = ("shows the way out of the building", "marks the emergency exit")
