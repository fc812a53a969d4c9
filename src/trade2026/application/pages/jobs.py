"""What lists of jobs have in common: cancel one, and the table of them."""

from trade2026.application.pages.spec import Action, Block, Confirm, Role, View
from trade2026.application.pages.views import Column, Format, TableOptions


def cancel_job(path: str) -> Action:
    """Cancel one of the rows; `path` is that of a job."""
    return Action(
        action_id="cancel",
        title="Cancel",
        method="DELETE",
        path=path,
        role=Role.TRADER,
        row=True,
        when={"state": ("QUEUED", "RUNNING")},
        confirm=Confirm(title="Cancel {title}", text="What it has computed so far is thrown away."),
    )


def jobs_table(what: str, empty: str) -> Block:
    """The rows of the source `jobs`; `what` is the head of the column that says what each is of."""
    return Block(
        view=View.TABLE,
        title="Jobs",
        data="/jobs/items",
        opts=TableOptions(
            columns=(
                Column("title", what, link="{page}"),
                Column("asked", "Asked for"),
                Column("state", "State", Format.STATUS),
                Column("progress", "Progress", Format.PCT),
                Column("text", "What became of it"),
                Column("owner", "By", Format.ID),
                Column("finished", "Finished", Format.TIME),
                Column("job_id", "", link="{compare}", text="Compare"),
                Column("error", "Error"),
                Column("job_id", "Job", Format.ID),
            ),
            row_key="job_id",
            filter=True,
            actions=("cancel",),
        ),
        span=3,
        empty=empty,
    )
