// The style sheet of reports.
#include "libfrag/cutting/html.h"

namespace frag {

const char* const kReportStyle = R"(
:root { color-scheme: light dark; --paper: #fafaf8; --ink: #282c34; --soft: #5f6672; --line: #d8dade;
  --room: #e6e8ec; --bar: #0072b2; --good: #00704f; --bad: #b03a00; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #17191e; --ink: #e6e8ec; --soft: #a4abb8; --line: #3a3f4a; --room: #2b2f38;
    --bar: #56b4e9; --good: #4fd1a5; --bad: #ff9a5c; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 62rem; background: var(--paper);
  color: var(--ink); font: 1rem/1.5 system-ui, "DejaVu Sans", sans-serif; }
h1 { margin: 0; font-size: 1.9rem; line-height: 1.2; overflow-wrap: anywhere; }
h2 { margin: 3rem 0 .75rem; font-size: 1.3rem; border-bottom: 1px solid var(--line); padding-bottom: .3rem; }
h3 { margin: 1.25rem 0 .4rem; font-size: 1rem; overflow-wrap: anywhere; }
p { max-width: 46rem; margin: .5rem 0; }
code { font-size: .85rem; overflow-wrap: anywhere; }
.soft, figcaption { color: var(--soft); }
.figures { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; margin: 1.5rem 0; padding: 0; }
.figures div { display: flex; flex-direction: column-reverse; }
.figures dt { color: var(--soft); font-size: .9rem; }
.figures dd { margin: 0; font-size: 1.6rem; font-variant-numeric: tabular-nums; line-height: 1.2; }
.wide { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); padding-bottom: .3rem; }
th, td { text-align: left; padding: .3rem 1.2rem .3rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; font-weight: normal; }
thead th { font-weight: 600; }
tbody th, td { overflow-wrap: break-word; }
details { margin: 1rem 0; }
summary { cursor: pointer; }
.number { text-align: right; white-space: nowrap; }
svg.bar rect, .histogram path { fill: var(--bar); }
svg.bar rect.room { fill: var(--room); }
.bar { width: 12rem; height: .7rem; vertical-align: middle; }
.swatch { width: .8rem; height: .8rem; margin-right: .35rem; vertical-align: -.05rem;
  outline: 1px solid var(--soft); }
.scale { width: 12rem; height: .8rem; vertical-align: middle; }
.histogram { display: block; width: 100%; height: 5rem; margin-top: .4rem; border-bottom: 1px solid var(--soft); }
figure { margin: 1rem 0; }
figcaption { margin-top: .4rem; font-size: .9rem; overflow-wrap: anywhere; }
img { max-width: 100%; height: auto; display: block; }
.row { display: flex; flex-wrap: wrap; gap: .4rem; }
.row img { width: 7.5rem; height: 7.5rem; object-fit: contain; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); gap: 1rem; }
.key { display: inline-block; margin-right: 1.2rem; }
.verdict { font-weight: 600; font-size: 1.1rem; }
.good { color: var(--good); }
.bad { color: var(--bad); }
@media (max-width: 40rem) {
  th, td { padding-right: .6rem; }
  .bar { width: 5rem; }
  table { font-size: .9rem; }
}
@media print {
  :root { --paper: #fff; --ink: #000; --soft: #444; --line: #bbb; --room: #e6e8ec; --bar: #0072b2;
    --good: #00704f; --bad: #b03a00; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  h2 { break-after: avoid; }
  figure, tr, .examples { break-inside: avoid; }
  .row img { width: 2.4cm; height: 2.4cm; }
}
)";

}  // namespace frag
