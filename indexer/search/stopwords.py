"""Function words: what a question is made of, but not about.

A rare "the" in an Arabic archive would outweigh every word that matters. They are looked up only where a
query has nothing else, and in phrases and demanded words, which are meant as they are written. "Us" is none: who
writes it to search the news means the United States. The article of Arabic names (Saif al-Islam, Abdel Fattah el-Sisi)
is one.
"""

from __future__ import annotations

from functools import lru_cache

from indexer.text import base_language, normalise

_ENGLISH = """
a about above after again against all also am an and any are aren't as at be because been before being
between both but by can can't could couldn't did didn't do does doesn't doing don't during each few for
from further had hadn't has hasn't have haven't having he her here hers herself him himself his how i if
in into is isn't it its itself just me more most my myself no nor not of off on once only or other our
ours ourselves out over own same she should shouldn't so some such than that the their theirs them
themselves then there these they this those through to too under until up upon very was wasn't we were
weren't what when where which while who whom whose why will with won't would wouldn't you your yours
yourself yourselves
al el
"""

_ARABIC = """
في من إلى الى على عن مع هذا هذه ذلك تلك التي الذي الذين اللذان اللتان اللاتي هو هي هم هن أن إن كان كانت
يكون تكون كانوا قد لقد لا ما لم لن ليس ليست كل بعض أو ثم حتى إذا لو كما بين بعد قبل عند عندما لدى منذ
خلال حول ضد دون غير أي أين متى كيف لماذا هل ماذا هناك هنا نحن أنا أنت وهو وهي وفي ومن وعلى وإلى وأن وكان
وقد ولا وما ولم فيه فيها به بها له لها لهم منه منها عليه عليها إليه إليها عنه عنها بأن لأن كذلك أيضا أكثر
أما إلا مما فقط
"""

_FRENCH = """
le la les un une des du de d l et en au aux à dans par pour sur avec sans sous est sont a ont été être ce
cet cette ces il elle ils elles on nous vous je tu qui que quoi dont où ne pas plus se sa son ses leur
leurs y
"""

_SPANISH = """
el la los las un una unos unas de del al a en y e o u que qué se su sus lo le les me te nos no con por para
como cómo más pero sin sobre entre ya ha han había fue ser es son está están era este esta estos estas ese esa
eso esto cuando cuándo donde dónde quien quién muy también si sí hasta desde durante según ni
"""

_GERMAN = """
der die das den dem des ein eine einen einem einer eines und oder aber nicht kein keine ist sind war waren
wird werden wurde wurden hat haben hatte hatten sein von vom zu zum zur in im an am auf aus bei mit nach für
über unter um durch gegen als wie wenn dass ob auch nur noch schon so sich er sie es wir ihr ich du man seine
seiner ihre ihrer dieser diese dieses was wer wo warum vor seit bis zwischen
"""

_TURKISH = """
ve bir bu şu o ile için de da ki mi mı mu mü ne nasıl neden kim nerede olan olarak oldu olduğu var yok gibi
kadar daha çok en ama veya ya hem her ise sonra önce göre üzere tarafından değil ben sen biz siz onlar
"""

_RUSSIAN = """
и в во не на с со что как а по к у о об от за из до для это этот эта эти он она они мы вы я его её их был была
было были быть есть же бы или но если при так то все всё кто где когда почему чем также уже ещё только между
после над под без том тем
"""

_HINDI = """
का की के को में से पर ने और या है हैं था थी थे हो होता होती होने कि यह वह ये वे इस उस इन उन एक भी नहीं तो ही जो जब
तक लिए साथ बाद कर करने किया गया गई गए रहा रही रहे अपने अपनी अपना क्या कैसे कौन कहाँ क्यों कब
"""

_URDU = """
کا کی کے کو میں سے پر نے اور یا ہے ہیں تھا تھی تھے ہو کہ یہ وہ اس ان ایک بھی نہیں تو ہی جو جب تک لیے ساتھ بعد
کر کرنے کیا گیا گئی گئے رہا رہی رہے اپنے اپنی اپنا کیوں کیسے کون کہاں کب
"""

_PERSIAN = """
و در به از که را با این آن برای است بود شد شده می های ها یک تا بر هم نیز یا اما اگر هر چه چرا چگونه کی کجا او آنها
ما شما من خود باید بین پس پیش نه
"""

_HEBREW = """
של את על עם לא הוא היא הם הן זה זו זאת אני אנחנו אתה כי אם גם או אך אבל רק כל יותר כמו בין אל אשר היה הייתה היו יש
אין מה מי איך למה מתי איפה לפני אחרי עד כך כבר עוד
"""

#: Latin ones count in their language only: "son", "die" and "war" are words of another kind in English.
LATIN = {"fr": _FRENCH, "es": _SPANISH, "de": _GERMAN, "tr": _TURKISH}
_OTHERS = {"ru": _RUSSIAN, "hi": _HINDI, "ur": _URDU, "fa": _PERSIAN, "he": _HEBREW}


@lru_cache(maxsize=16)
def function_words(language: str = "en") -> frozenset[str]:
    """Return the exact forms of the function words that a text in *language* may hold.

    A language that has no list here, and one that is not known, has the English ones; each has the Arabic ones.
    """
    base = base_language(language)
    listed = LATIN.get(base, _ENGLISH) + _OTHERS.get(base, "") + _ARABIC
    return frozenset(normalise(word) for word in listed.split())
