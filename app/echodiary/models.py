"""The tables. Migrations create them; a test compares the two."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Identity, Index, MetaData, Text, func, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

MOODS = ("awful", "bad", "neutral", "good", "great")


class Base(DeclarativeBase):
    # Names that do not depend on who creates them, so that migrations can refer to them.
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Entry(Base):
    __tablename__ = "entries"
    __table_args__ = (
        CheckConstraint(f"mood IN ({', '.join(repr(mood) for mood in MOODS)})", name="mood"),
        # Pages are read newest first; created_at may repeat, so id decides.
        Index(None, "created_at", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text, server_default=text("''"))
    mood: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
