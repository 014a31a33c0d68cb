"""What things are good for, in words that people use."""

from __future__ import annotations

__all__ = ["FUNCTIONS", "SIGN_FUNCTION"]

#: Category to several wordings; the seed picks one.
FUNCTIONS: dict[str, tuple[str, ...]] = {
    "fridge": (
        "cold drinks and food",
        "keeps food and drinks cool",
        "milk, juice and leftovers stay cold in it",
    ),
    "sink": (
        "washing dishes and filling a glass with water",
        "tap water, cleaning plates",
        "rinsing vegetables and cups",
    ),
    "stove": ("cooking and baking", "heating up a meal", "frying, boiling and baking meals"),
    "trash bin": ("throwing away garbage", "disposing of rubbish", "getting rid of waste"),
    "dining table": ("eating meals together", "having breakfast or dinner", "a place to dine"),
    "sofa": (
        "sitting and relaxing together",
        "a comfortable seat for several people",
        "lounging with friends",
    ),
    "coffee table": ("putting down a cup or a magazine", "magazines and snacks by the sofa"),
    "armchair": (
        "a comfortable seat for one to read in",
        "sitting back with a book",
        "an easy chair to rest in",
    ),
    "tv": ("watching films and the news", "watching programmes and sports", "watching series"),
    "bookshelf": ("books to read", "borrowing a novel", "storing books"),
    "piano": ("playing music", "practising a musical instrument"),
    "sideboard": ("storing dishes and tablecloths", "keeping glasses and candles"),
    "bed": ("sleeping at night", "lying down and sleeping", "a good night's sleep"),
    "nightstand": ("a lamp and an alarm clock beside the bed", "putting down glasses at night"),
    "wardrobe": ("hanging up clothes", "storing shirts, trousers and dresses", "clean clothes"),
    "dresser": ("folded clothes in drawers", "socks, underwear and jewellery"),
    "desk": ("working at a computer", "writing and computer work", "doing office work"),
    "office chair": ("sitting at the desk", "a swivel seat for working"),
    "printer": ("printing documents", "making copies on paper"),
    "toilet": ("relieving oneself", "the lavatory", "answering the call of nature"),
    "bathtub": ("taking a hot bath", "soaking in warm water", "bathing"),
    "shower": ("taking a shower", "washing the body quickly"),
    "washbasin": (
        "washing hands and brushing teeth",
        "washing the face in front of a mirror",
        "cleaning hands, shaving",
    ),
    "washing machine": ("washing clothes", "cleaning dirty laundry", "doing the laundry"),
    "dryer": ("drying wet clothes", "tumble drying the laundry"),
    "laundry basket": ("collecting dirty clothes", "worn clothes go in here"),
    "storage shelf": ("towels, boxes and cleaning agents", "storing household supplies"),
    "ironing board": ("ironing shirts", "pressing wrinkled clothes"),
    "plant": (
        "greenery that needs watering",
        "a living plant for decoration",
        "fresh green leaves",
    ),
    "lamp": ("light for the evening", "lighting up a corner"),
    "coat rack": ("hanging up coats and jackets", "jackets, hats and scarves"),
    "shoe cabinet": ("putting away shoes", "shoes and keys by the door", "storing footwear"),
    "bench": ("sitting down to put on shoes", "a short rest in the hall"),
    "mirror": ("looking at oneself", "checking how one looks before going out"),
    "picture": ("decoration on the wall", "art to look at", "a painting to enjoy"),
}

#: Wordings for door signs; ``{room}`` is the kind of room.
SIGN_FUNCTION = (
    "names the {room}",
    "marks the entrance of the {room}",
    "shows where the {room} is",
)
