// Draws the charts from the page's own data and fits them to the window and to paper.
"use strict";

const report = JSON.parse(document.getElementById("data").textContent);
const quiet = { responsive: true, displayModeBar: false, displaylogo: false, showTips: false };

for (const place of document.querySelectorAll(".plot")) {
  const chart = report.charts[place.dataset.chart];
  Plotly.newPlot(place, chart.data, chart.layout, quiet);
}

function fitToPaper(width) {
  for (const place of document.querySelectorAll(".js-plotly-plot")) {
    const parts = place.closest(".panels") ? 2 : 1;
    Plotly.relayout(place, width ? { width: Math.floor(width / parts) - 14 * (parts - 1), autosize: false }
      : { width: null, autosize: true });
  }
}

// A4 and Letter leave about 680 CSS pixels between usual margins.
window.addEventListener("beforeprint", () => fitToPaper(680));
window.addEventListener("afterprint", () => fitToPaper(0));
