/** The look of every page for people (ux 4.2): one card on calm water, light or dark as the reader has it, 320 px and up. */
export const pageStyle = `:root{color-scheme:light dark;--bg:#f4f7f7;--surface:#fff;--sunken:#eaf0f0;--line:#dde5e5;--strong:#879a99;--text:#12211f;--muted:#52645f;--accent:#0a736c;--on:#fff;--tint:#dff1ee;--wave:#e9f3f1;--ok:#1b7048;--warn:#855300;--danger:#b0271f}
@media screen and (prefers-color-scheme:dark){:root{--bg:#0b1314;--surface:#111c1e;--sunken:#0e1719;--line:#22312f;--strong:#5c7371;--text:#e4eeec;--muted:#95a9a6;--accent:#45c4b6;--on:#04211e;--tint:#12302e;--wave:#0f2322;--ok:#63d09b;--warn:#e3b050;--danger:#ff8d82}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:flex;flex-direction:column;align-items:center;background:var(--bg);color:var(--text);font:14px/22px ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.water{position:fixed;inset:auto 0 0;width:100%;height:max(240px,18.75vw);z-index:-1;fill:var(--tint)}
.water .far{fill:var(--wave)}
main{width:min(480px,100% - 32px);margin:auto 0;padding:24px;background:var(--surface);border:1px solid var(--line);border-radius:14px;box-shadow:0 8px 24px #0000000f}
body::before{content:"";height:40px;flex:none}
footer{padding:24px 16px;font-size:12px;line-height:20px;color:var(--muted)}
h1{font-size:20px;line-height:28px;font-weight:600;margin:0}
h2{font-size:14px;line-height:22px;margin:16px 0 4px}
p{margin:4px 0 0}
main>*+*{margin-top:16px}
form p+p{margin-top:16px}
h1+p,header p{margin-top:2px}
a{color:var(--accent)}
.muted,small{color:var(--muted);font-size:inherit}
.ok{color:var(--ok)}.danger{color:var(--danger)}
header{display:flex;gap:14px}
header>div{min-width:0;min-height:58px;align-content:center}
h1 bdi,.facts bdi,ul.files .row>:first-child{vertical-align:bottom;display:-webkit-inline-box;-webkit-box-orient:vertical;-webkit-line-clamp:6;overflow:hidden}
.facts{overflow:hidden}
.facts>span{display:inline-block;max-width:calc(100% + 2em);margin-inline-start:-1em;padding-inline:1em;vertical-align:top}
.facts i{display:inline-block;width:1em;margin-inline-start:-1em;text-align:center;white-space:pre;font-style:normal}
.said{white-space:pre-line}
.kind{flex:none;display:grid;place-items:center;width:48px;height:58px;border:1px solid var(--line);border-radius:6px;background:var(--sunken);color:var(--accent);font-size:11px;font-weight:700}
.round{width:56px;height:56px;border-radius:50%;border:0;font-size:24px}
.note{border-inline-start:3px solid var(--accent);padding-block:2px;padding-inline:12px 0;white-space:pre-line}
.preview{display:block;width:100%;max-height:320px;object-fit:contain;background:var(--sunken);border:1px solid var(--line);border-radius:8px}
iframe.preview{height:320px}
pre{margin:16px 0 0;padding:12px;max-height:208px;overflow:auto;background:var(--sunken);border:1px solid var(--line);border-radius:8px;font:12px/18px ui-monospace,"SF Mono","Cascadia Mono",Menlo,Consolas,monospace;white-space:pre-wrap}
.button,button{display:block;width:100%;min-height:48px;padding:11px 16px;border:1px solid var(--accent);border-radius:8px;background:var(--accent);color:var(--on);font:inherit;font-size:16px;font-weight:600;line-height:24px;text-align:center;text-decoration:none;cursor:pointer}
.plain{background:var(--surface);border-color:var(--strong);color:var(--text)}
.small{display:inline-block;width:auto;min-height:44px;padding:9px 12px;font-size:14px;line-height:24px}
button:disabled{opacity:.6;cursor:default}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
label{font-weight:600}
input[type=password],input[type=file]{display:block;width:100%;min-height:44px;margin-top:4px;padding:9px 12px;border:1px solid var(--strong);border-radius:6px;background:var(--surface);color:inherit;font:inherit}
.row{display:flex;flex-wrap:wrap;gap:4px 16px;justify-content:space-between;align-items:center}
.gauge{flex:none;height:10px;margin-block-start:6px}.level{display:flex;gap:8px}
.round .gauge{margin:0;width:auto;height:8px}.button svg,button svg{vertical-align:-1px;margin-inline-end:6px}
.gauge rect{fill:none;stroke:var(--strong)}.gauge .left{fill:var(--accent);stroke:var(--accent)}.gauge .low{fill:var(--warn);stroke:var(--warn)}[dir=rtl] .gauge{transform:scaleX(-1)}
details{border-top:1px solid var(--line);padding-top:12px;color:var(--muted);font-size:13px}
summary{cursor:pointer;min-height:24px}
dl{margin:8px 0 0}dt{font-weight:600}dd{margin:0 0 8px}
code{font:12px/18px ui-monospace,"SF Mono","Cascadia Mono",Menlo,Consolas,monospace;word-break:break-all}
ul.files{list-style:none;padding:0;margin-bottom:0}
ul.files li{padding:9px 0;border-top:1px solid var(--line)}
ul.files li:first-child{border-top:0}
ul.files .row>:first-child{flex:1 1 140px}
.end{display:flex;margin-inline-start:auto;align-items:center;gap:4px;text-align:end}
.x{width:44px;min-height:44px;padding:0;border:0;background:none;color:var(--muted);font-weight:400}
#app>*+*{margin-top:16px}#app>:empty{margin:0}
h1:focus{outline:0}
ul.files a{display:inline-block;line-height:24px;font-weight:600}
.drop{padding:20px;border:1px dashed var(--strong);border-radius:10px;background:var(--sunken);text-align:center}
.drop.over{border-color:var(--accent);background:var(--tint)}
.drop .row{justify-content:center;gap:8px;margin-top:8px}.drop .small{min-width:150px}
progress{display:block;width:100%;height:8px;margin-top:4px;appearance:none;border:1px solid var(--line);border-radius:4px;background:var(--sunken);overflow:hidden}
progress::-webkit-progress-bar{background:var(--sunken)}
progress::-webkit-progress-value{background:var(--accent)}
progress::-moz-progress-bar{background:var(--accent)}
time{white-space:nowrap}
[hidden]{display:none!important}
@media(forced-colors:active){.water{display:none}.gauge rect{stroke:CanvasText}.gauge .left{fill:Highlight;stroke:Highlight}progress::-webkit-progress-value{background:Highlight;forced-color-adjust:none}progress::-moz-progress-bar{background:Highlight;forced-color-adjust:none}}
@media(prefers-reduced-motion:no-preference){progress::-webkit-progress-value{transition:width .2s}}
@media print{.water,form,.button,details,audio,video,iframe,.drop{display:none}main{box-shadow:none}}`;
