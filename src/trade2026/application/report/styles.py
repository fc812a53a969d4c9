"""The style sheet and the few lines of script of the page; both are embedded, nothing is fetched."""

from typing import Final

CSS: Final = """
:root{color-scheme:light dark;--bg:#f5f6f8;--surface:#fff;--ink:#151a22;--muted:#5a6472;--rule:#e2e5ea;
--grid:#e9ecf0;--accent:#1f5fbf;--other:#7d8794;--up:#0b7a53;--down:#b8352a;--warn-bg:#fff6e0;--warn:#7a4b00;
--warn-rule:#e8c981}
@media (prefers-color-scheme:dark){:root{--bg:#0d1015;--surface:#151920;--ink:#e8ebf0;--muted:#9ba5b3;
--rule:#272d37;--grid:#222832;--accent:#74a9ff;--other:#8b96a5;--up:#4fc68f;--down:#ff8b7e;--warn-bg:#2a2213;
--warn:#f2cf86;--warn-rule:#5f4b1d}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,
"Helvetica Neue",Arial,sans-serif;-webkit-text-size-adjust:100%}
main{max-width:1180px;margin:0 auto;padding:32px 24px 56px}
h1{font-size:30px;line-height:1.15;margin:2px 0 6px;letter-spacing:-.015em;overflow-wrap:anywhere}
h2{font-size:16px;margin:0 0 12px;letter-spacing:-.005em}
p{margin:0 0 8px}
.eyebrow{text-transform:uppercase;letter-spacing:.08em;font-size:12px;font-weight:600;color:var(--accent)}
.muted,.note{color:var(--muted)}
.note{font-size:13px}
.lead{font-size:16px;color:var(--muted);overflow-wrap:anywhere}
.card{background:var(--surface);border:1px solid var(--rule);border-radius:10px;padding:20px;margin-top:16px;
min-width:0}
.prints{font-size:13px;color:var(--muted);margin:12px 0 0;overflow-wrap:anywhere}
code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;color:var(--ink)}
.limits{background:var(--warn-bg);border:1px solid var(--warn-rule);color:var(--warn);border-radius:10px;
padding:14px 20px;margin-top:18px}
.limits h2{margin:0 0 4px;font-size:14px}
.limits ul{margin:0;padding-left:18px}
.limits li{overflow-wrap:anywhere}
dl.chips{display:flex;flex-wrap:wrap;gap:8px;margin:14px 0 0}
dl.chips div{display:flex;gap:6px;border:1px solid var(--rule);background:var(--surface);border-radius:7px;
padding:3px 10px;font-size:13px;max-width:100%}
dl.chips dt{color:var(--muted);overflow-wrap:anywhere}
dl.chips dd{margin:0;font-weight:600;overflow-wrap:anywhere;min-width:0}
.tiles{display:grid;grid-template-columns:repeat(6,minmax(0,1fr));gap:1px;background:var(--rule);
border:1px solid var(--rule);border-radius:10px;overflow:hidden;margin:18px 0 0}
.tiles div{background:var(--surface);padding:14px 16px;min-width:0}
.tiles dt{font-size:13px;color:var(--muted)}
.tiles dd{margin:2px 0 0}
.tiles .value{display:block;font-size:21px;font-weight:650;letter-spacing:-.01em;line-height:1.25;
font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.tiles .small{font-size:17px;line-height:1.54}.tiles .tiny{font-size:14.5px;line-height:1.81}
.date{white-space:nowrap}.card>p:last-child{margin-bottom:0}
.tiles .note{display:block;font-size:12px;line-height:1.35;margin-top:2px}
.pos{color:var(--up)}.neg{color:var(--down)}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;font-size:13px;color:var(--muted);margin:-6px 0 10px}
.legend i{display:inline-block;width:16px;height:0;border-top:2.5px solid var(--accent);margin-right:7px;
vertical-align:middle}
.legend i.other{border-top-color:var(--other)}
.chart{position:relative;height:300px;margin:6px 0 26px 58px}
.chart.low,.low .chart{height:170px}
.chart svg{width:100%;height:100%;display:block;overflow:visible}
.grid{stroke:var(--grid);stroke-width:1;vector-effect:non-scaling-stroke}
.line{fill:none;stroke:var(--accent);stroke-width:1.6;stroke-linejoin:round;vector-effect:non-scaling-stroke}
.line.other{stroke:var(--other);stroke-width:1.3}
.line.loss{stroke:var(--down)}
.area{fill:var(--accent);opacity:.09;stroke:none}
.area.loss{fill:var(--down);opacity:.16}
.y span,.x span{position:absolute;font-size:12px;color:var(--muted);white-space:nowrap;
font-variant-numeric:tabular-nums}
.y span{right:100%;transform:translateY(-50%);padding-right:9px}
.x span{top:100%;transform:translateX(-50%);padding-top:6px}
.cursor{position:absolute;top:0;bottom:0;width:1px;background:var(--muted);pointer-events:none}
.tip{position:absolute;top:4px;background:var(--ink);color:var(--surface);border-radius:6px;padding:5px 9px;
font-size:12px;line-height:1.4;white-space:pre;pointer-events:none;font-variant-numeric:tabular-nums;z-index:2}
.columns{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:0 16px}
table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--muted);font-size:13px;padding-bottom:8px}
th,td{padding:6px 10px;text-align:right;border-bottom:1px solid var(--rule);white-space:nowrap}
th:first-child,td:first-child,.text{text-align:left}
tbody th{font-weight:400}
tr:last-child>*{border-bottom:0}
thead th{color:var(--muted);font-weight:600;font-size:13px}
.figures th,.figures td{padding-left:0;white-space:normal}
.figures td{padding-right:0;white-space:nowrap}
.figures td b{font-weight:600}
.figures .note{display:block;font-size:12px}
.scroll{overflow:auto;max-height:520px;margin:0 -20px -20px;border-top:1px solid var(--rule)}
.scroll:focus-visible,summary:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.scroll thead th{position:sticky;top:0;background:var(--surface);z-index:1;box-shadow:0 1px var(--rule)}
.scroll th:first-child,.scroll td:first-child{padding-left:20px}
.scroll th:last-child,.scroll td:last-child{padding-right:20px}
.card>table th:first-child{padding-left:0}.card>table td:last-child,.card>table th:last-child{padding-right:0}
.heat{max-height:none}
.heat table{font-size:13px}
.heat td,.heat th{padding:5px 8px;border-bottom:1px solid var(--surface)}
.heat tbody th{position:sticky;left:0;background:var(--surface)}
.heat td{text-align:center}.heat thead th{text-align:center}
.heat td.up{background:color-mix(in srgb,var(--up) var(--share),transparent)}
.heat td.down{background:color-mix(in srgb,var(--down) var(--share),transparent)}
.heat td.total{font-weight:650;border-left:1px solid var(--rule)}
summary{cursor:pointer;font-weight:600;font-size:16px}
details[open]>summary{margin-bottom:12px}
.hashes{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:4px 16px;margin:0;font-size:13px}
.hashes dt{color:var(--muted)}
.hashes dd{margin:0;font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
.terms{columns:2;column-gap:32px;font-size:13px;color:var(--muted);margin:0}
.terms div{break-inside:avoid;margin-bottom:6px}
.terms dt{display:inline;font-weight:600;color:var(--ink)}
.terms dd{display:inline;margin:0}
@media (max-width:900px){.tiles{grid-template-columns:repeat(3,minmax(0,1fr))}}
@media (max-width:640px){main{padding:20px 14px 40px}h1{font-size:25px}.card{padding:16px}
.scroll{margin:0 -16px -16px}.scroll th:first-child,.scroll td:first-child{padding-left:16px}
.tiles{grid-template-columns:repeat(2,minmax(0,1fr))}.tiles div{padding:11px 13px}
.tiles .value{font-size:19px}
.tiles .small{font-size:16px}.tiles .tiny{font-size:14.5px}
.columns{grid-template-columns:minmax(0,1fr)}.chart{height:230px;margin-left:46px}
.x span:nth-child(even){display:none}.terms{columns:1}.hashes{grid-template-columns:minmax(0,1fr);gap:0}
.hashes dd{margin-bottom:6px}}
@media print{body{background:#fff}.card,.tiles{break-inside:avoid}.scroll{max-height:none;overflow:visible}}
"""

SCRIPT: Final = """
for (const box of document.querySelectorAll('.chart')) {
  const data = JSON.parse(box.dataset.points), cursor = box.querySelector('.cursor'),
    tip = box.querySelector('.tip');
  const show = v => box.dataset.percent === '1' ? (100 * v).toFixed(2) + '%'
    : v.toLocaleString('en-US', {maximumFractionDigits: 2});
  box.addEventListener('pointermove', event => {
    const area = box.getBoundingClientRect(), place = (event.clientX - area.left) / area.width;
    let low = 0, high = data.x.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (data.x[middle] < place) low = middle; else high = middle;
    }
    const i = place - data.x[low] < data.x[high] - place ? low : high;
    const day = new Date(data.t[i]).toISOString();
    const when = box.dataset.intraday === '1' ? day.slice(0, 16).replace('T', ' ') : day.slice(0, 10);
    const rows = data.names.map((name, k) => name + '  ' + show(data.values[k][i]));
    tip.textContent = [when, ...rows].join('\\n');
    cursor.hidden = tip.hidden = false;
    cursor.style.left = 100 * data.x[i] + '%';
    tip.style.left = Math.max(0, Math.min(area.width - tip.offsetWidth,
      data.x[i] * area.width + (data.x[i] > 0.5 ? -tip.offsetWidth - 10 : 10))) + 'px';
  });
  box.addEventListener('pointerleave', () => { cursor.hidden = tip.hidden = true; });
}
"""
