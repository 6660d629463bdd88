"""Places 落格: what events say of the place is kept apart from where the case counts."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CODES = ("district", "street", "community", "duty_grid", "unit_cell")
POSITION = ("lon", "lat")


def upgrade() -> None:
    for name in (*CODES, *POSITION):
        op.execute(f"alter table cases rename column {name} to own_{name}")
    op.add_column("cases", sa.Column("datum", sa.Text))
    for name in CODES:
        op.add_column("cases", sa.Column(name, sa.Text))
    for name in POSITION:
        op.add_column("cases", sa.Column(name, sa.Float(53)))
    op.execute(
        "update cases set " + ", ".join(f"{name} = own_{name}" for name in (*CODES, *POSITION))
    )
    op.execute("insert into meta select 'grid', '' where exists (select 1 from meta)")


def downgrade() -> None:
    op.execute("delete from meta where key = 'grid'")
    for name in (*CODES, *POSITION, "datum"):
        op.drop_column("cases", name)
    for name in (*CODES, *POSITION):
        op.execute(f"alter table cases rename column own_{name} to {name}")
