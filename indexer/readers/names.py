"""Field names as the world writes them -> the fields of an article."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# For each field the names that mean it, the surest first: a record may hold several.
_NAMES = {
    "id": "id guid uuid docid documentid identifier itemid articleid newsid key المعرف معرف رقم "
    "الرقم رقم_الخبر",
    "url": "url link href permalink canonicalurl canonical canonicallink sourceurl weburl pageurl "
    "shorturl uri address الرابط رابط رابط_الخبر العنوان_الإلكتروني",
    "title": "title headline heading titletext headlinetext header subject name العنوان عنوان عنوان_الخبر "
    "عنوان_المقال",
    "text": "text body content fulltext maintext bodytext contenttext plaintext textcontent contents "
    "fullcontent articletext articlebody bodyhtml contenthtml contentencoded html article "
    "paragraphs النص نص المحتوى محتوى المتن متن نص_الخبر نص_المقال الخبر المقال",
    "summary": "summary description abstract lead lede excerpt teaser standfirst dek deck snippet intro "
    "introduction trailtext subtitle subheadline subhead الملخص ملخص الوصف وصف المقدمة مقدمة",
    "source": "source sourcename outlet newspaper newssource site sitename agency provider media medianame "
    "channel publication journal website domain sourcedomain المصدر مصدر الموقع الصحيفة صحيفة "
    "الوكالة وكالة الجريدة",
    "section": "section sectionname category categories rubric rubrique desk topic topics subjectcategory "
    "vertical القسم قسم التصنيف تصنيف الفئة فئة الباب",
    "author": "author authors byline creator writer journalist reporter by auteur الكاتب كاتب المؤلف مؤلف "
    "المحرر بقلم",
    "language": "language lang languagecode langcode locale inlanguage languageiso اللغة لغة",
    "published": "published publishedat publishedon publisheddate publishdate publishedtime publishtime "
    "publicationdate publicationtime pubdate pubtime pubdateiso datepublished datepublish "
    "firstpublished firstpublicationdate webpublicationdate publishedatutc publishedparsed "
    "isodate issued date datetime dateandtime posted postedat posteddate created "
    "createdat createdon creationdate datecreated timestamp time datum التاريخ تاريخ تاريخ_النشر "
    "وقت_النشر",
    "publisher": "publisher publishername الناشر ناشر",
    "credit": "credit photocredit imagecredit picturecredit مصدر_الصورة تصوير",
}  # fmt: skip

# Longer ones are no names, and would fill the cache.
_MAX_NAME = 60

# `article_title`, `news-source`, `og:title`, `dc.creator`: the prefix says where, not what.
_PREFIXES = ("article", "news", "post", "story", "item", "og", "dc", "dcterms", "meta", "document", "doc")


def fold_name(name: str) -> str:
    """Return a field name without case, accents, marks and separators: `Published At` -> `publishedat`."""
    letters = unicodedata.normalize("NFKD", name).casefold().replace("ة", "ه").replace("ى", "ي")
    return "".join(c for c in letters if c.isalnum())


_RANKED = {
    fold_name(name): (field, rank)
    for field, names in _NAMES.items()
    for rank, name in enumerate(names.split())
}


def field_of(name: str) -> tuple[str, int] | None:
    """Return the field that a name of `_NAMES` means and its rank there (0 the surest), or None."""
    return _field_of(name) if len(name) <= _MAX_NAME else None


@lru_cache(maxsize=8192)
def _field_of(name: str) -> tuple[str, int] | None:
    folded = fold_name(name)
    if found := _RANKED.get(folded):
        return found
    for prefix in _PREFIXES:
        if folded.startswith(prefix) and (found := _RANKED.get(folded.removeprefix(prefix))):
            return found
    return None


def known_names(field: str) -> tuple[str, ...]:
    """Return the names that are taken for `field`, for messages and documentation."""
    return tuple(_NAMES[field].split())
