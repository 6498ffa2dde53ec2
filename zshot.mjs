import puppeteer from 'puppeteer-core';
import { launchOptions, removeProfile } from '/tmp/w/me/scripts/chrome.mjs';
import { ensureLab, serveLab } from '/tmp/w/me/scripts/lab.mjs';
await ensureLab();
const server = await serveLab();
const url = server.resolvedUrls.local[0];
const o = launchOptions(); const b = await puppeteer.launch(o);
const [hash, out, width = '1280', scheme = 'light', wait = '3000', click] = process.argv.slice(2);
const p = await b.newPage(); p.on('pageerror', (e) => console.log('ERR', e.message)); p.on('console', (m) => m.type() === 'error' && console.log('console', m.text()));
await p.setViewport({ width: +width, height: +(process.env.H ?? 800) });
await p.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
await p.goto(url + hash); await new Promise((r) => setTimeout(r, +wait));
for (const c of (click ?? '').split('|').filter(Boolean)) { const [sel, ms = '1500'] = c.split('@'); const ok = await p.evaluate((t) => { const e = [...document.querySelectorAll('button, a, summary, [role=tab]')].find((x) => x.textContent.trim().startsWith(t) || x.getAttribute('aria-label')?.startsWith(t)); e?.click(); return !!e; }, sel); if (!ok) console.log('no', sel); await new Promise((r) => setTimeout(r, +ms)); }
await p.screenshot({ path: out, fullPage: process.env.FULL === "1" }); console.log(await p.evaluate(() => [document.title, location.hash, document.documentElement.scrollWidth]));
await b.close(); await server.close(); removeProfile(o); process.exit(0);
