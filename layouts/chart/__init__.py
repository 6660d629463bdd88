"""Charts 图 of the desk: what one shows is data here; `assets/desk/chart.js` draws it."""
