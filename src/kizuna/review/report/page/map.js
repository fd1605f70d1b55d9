// Draws the map and switches it between nodes, variants and heights.
"use strict";

(function () {
  const map = report.map;
  const place = document.getElementById("map-plot");
  const form = document.querySelector(".controls");

  function unpacked(numbers) {
    const bytes = Uint8Array.from(atob(numbers.bdata), (letter) => letter.charCodeAt(0));
    return numbers.dtype === "u1" ? bytes : new Float32Array(bytes.buffer);
  }

  // Rings of the chosen sensors, joined; each ring ends with a gap.
  function ringsOf(height, wanted) {
    const long = map.rings.corners;
    const x = [], y = [];
    for (let sensor = 0; sensor < map.rings.sensors; sensor++) {
      if (wanted(sensor) && Number.isFinite(height.x[sensor * long])) {
        x.push(...height.x.subarray(sensor * long, (sensor + 1) * long));
        y.push(...height.y.subarray(sensor * long, (sensor + 1) * long));
      }
    }
    return { x, y };
  }

  function lines(colour, width, more) {
    return { type: "scatter", mode: "lines", hoverinfo: "skip", x: [], y: [], line: { color: colour, width }, ...more };
  }

  for (const height of map.rings.heights) {
    height.x = unpacked(height.x);
    height.y = unpacked(height.y);
  }
  for (const picture of map.pictures) {
    for (const part of [picture.tracks, picture.misses]) {
      part.x = unpacked(part.x);
      part.y = unpacked(part.y);
    }
    picture.misses.reason = unpacked(picture.misses.reason);
  }

  const steps = map.missColours.length;
  const scale = map.missColours.flatMap((colour, step) => [[step / steps, colour], [(step + 1) / steps, colour]]);
  const traces = [...map.ground];
  const at = {};
  at.others = traces.push(lines("rgba(28,39,51,0.35)", 1, { line: { color: "rgba(28,39,51,0.35)", width: 1, dash: "dot" } })) - 1;
  at.own = traces.push(lines("#000", 1.2, { fill: "toself" })) - 1;
  at.truth = map.truth.map((trace) => traces.push(trace) - 1);
  at.tracks = traces.push(lines("#000", 1.8, {})) - 1;
  at.misses = traces.push({
    type: "scatter", mode: "markers", hoverinfo: "skip", x: [], y: [],
    marker: { size: 5, color: [], colorscale: scale, cmin: -0.5, cmax: steps - 0.5 },
  }) - 1;
  traces.push(...map.marks);

  const touch = window.matchMedia("(pointer: coarse)").matches;
  const modebar = { bgcolor: "rgba(255,255,255,0.85)", color: "#5b6773", activecolor: "#1c2733" };
  const layout = { ...map.layout, modebar, dragmode: touch ? false : "pan" };
  const options = {
    responsive: true, displaylogo: false, displayModeBar: true, showTips: false,
    modeBarButtons: [["zoomIn2d", "zoomOut2d", "resetScale2d"]],
  };

  function chosen(name) {
    return form.querySelector(`input[name="${name}"]:checked`)?.value;
  }

  function show() {
    const picture = map.pictures.find((item) => item.node === chosen("node") && item.variant === chosen("variant"));
    const height = map.rings.heights[chosen("height")];
    const mine = new Set(picture ? picture.sensors : []);
    const own = height ? ringsOf(height, (sensor) => mine.has(sensor)) : { x: [], y: [] };
    const others = height ? ringsOf(height, (sensor) => !mine.has(sensor)) : { x: [], y: [] };
    const none = { x: [], y: [], reason: [] };
    const tracks = picture && form.tracks.checked ? picture.tracks : none;
    const misses = picture && form.misses.checked ? picture.misses : none;
    const colour = picture ? picture.colour : "#000";
    Plotly.restyle(place, { x: [others.x], y: [others.y] }, [at.others]);
    Plotly.restyle(place, { x: [own.x], y: [own.y], "line.color": colour, fillcolor: picture ? picture.fill : "#000" }, [at.own]);
    Plotly.restyle(place, { x: [tracks.x], y: [tracks.y], "line.color": colour }, [at.tracks]);
    Plotly.restyle(place, { x: [misses.x], y: [misses.y], "marker.color": [misses.reason] }, [at.misses]);
    if (at.truth.length) Plotly.restyle(place, { visible: form.truth.checked }, at.truth);
    document.getElementById("miss-key").hidden = !form.misses.checked;
    document.getElementById("map-says").textContent = picture ? picture.says : "";
  }

  Plotly.newPlot(place, traces, layout, options).then(() => {
    form.addEventListener("change", show);
    form.addEventListener("submit", (event) => event.preventDefault());
    show();
  });
})();
