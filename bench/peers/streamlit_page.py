"""Streamlit: a fragment that runs every second, as "Working with fragments" of its docs shows."""

import streamlit as st
import workload

st.set_page_config(layout="wide")


@st.fragment(run_every=1.0)
def live() -> None:
    tick = workload.now()
    for row in range(0, workload.NUMBERS, 8):
        for column, i in zip(st.columns(8), range(row, row + 8), strict=True):
            column.metric(workload.NAMES[i], str(tick.numbers[i]))
    for column, points in zip(st.columns(workload.CHARTS), tick.charts, strict=True):
        column.line_chart(points, height=200)


live()
