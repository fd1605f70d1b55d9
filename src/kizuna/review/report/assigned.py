"""Who was sent against what, and what it protected: the tables of the report's coordination section."""

from kizuna.review.coordination import OTHER_CAUSES, PICTURE_ERRORS
from kizuna.review.report.material import ReportMaterial
from kizuna.review.report.measures import number
from kizuna.review.report.tables import Table


def assigned_table(material: ReportMaterial) -> Table:
    """What the assignments of each variant came to."""
    rows = []
    for variant in material.variants:
        made = variant.coordination
        if made is not None:
            rows.append(
                (
                    variant.name,
                    str(made.threats),
                    str(made.covered),
                    str(sum(made.missed.values())),
                    str(made.orders),
                    str(made.useful),
                    str(sum(made.doubled.values())),
                    str(made.late),
                    str(sum(made.wasted.values())),
                    str(made.by_picture),
                    number(made.expected, 0),
                    f"{number(made.achieved, 0)} of {number(made.value, 0)}",
                )
            )
    headings = (
        "variant",
        "objects that could be covered",
        "covered",
        "missed",
        "assignments issued",
        "useful",
        "doubled",
        "late",
        "for nothing",
        "because of the picture",
        "value believed protected",
        "protected in truth",
    )
    return Table(headings, tuple(rows))


def causes_table(material: ReportMaterial) -> Table:
    """Why objects were missed, and assignments doubled or for nothing."""
    rows = []
    for cause, meaning in (PICTURE_ERRORS | OTHER_CAUSES).items():
        for variant in material.variants:
            made = variant.coordination
            counts = [] if made is None else [made.missed, made.doubled, made.wasted]
            found = [each.get(cause, 0) for each in counts]
            if any(found):
                whose = "the picture" if cause in PICTURE_ERRORS else "the decision"
                rows.append((cause, meaning, whose, variant.name, *map(str, found)))
    headings = ("cause", "what it is", "lies with", "variant", "missed", "doubled", "for nothing")
    return Table(headings, tuple(rows), names=4)
