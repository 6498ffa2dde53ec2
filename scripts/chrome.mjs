// Finds a Chrome or Chromium, and holds the one list of flags that it is started with.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const VARIABLES = ['BASIN_CHROME', 'PUPPETEER_EXECUTABLE_PATH', 'CHROME_PATH'];
const COMMANDS = ['google-chrome', 'google-chrome-stable', 'chromium', 'chromium-browser', 'chrome', 'msedge'];

function fromVariables() {
  const name = VARIABLES.find((variable) => process.env[variable]);
  if (name === undefined) return undefined;
  const path = process.env[name];
  if (existsSync(path)) return path;
  throw new Error(`${name}: ${path} does not exist. Name the browser's executable file, or unset ${name}.`);
}

function fromPath() {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return COMMANDS.flatMap((command) => folders.map((folder) => join(folder, command + suffix))).find(existsSync);
}

function fromStandardPlaces() {
  if (process.platform === 'darwin') {
    const apps = ['Google Chrome', 'Chromium', 'Microsoft Edge'];
    return ['/Applications', join(homedir(), 'Applications')]
      .flatMap((folder) => apps.map((app) => join(folder, `${app}.app`, 'Contents', 'MacOS', app)))
      .find(existsSync);
  }
  if (process.platform === 'win32') {
    const tails = ['Google\\Chrome\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe'];
    return ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA']
      .flatMap((variable) => tails.map((tail) => join(process.env[variable] ?? '', tail)))
      .find(existsSync);
  }
  return undefined;
}

function list(folder) {
  return existsSync(folder) ? readdirSync(folder).sort().reverse() : [];
}

// <cache>/chrome/<platform>-<version>/chrome-<platform>/<executable>
function fromPuppeteerCache() {
  const cache = join(process.env.PUPPETEER_CACHE_DIR ?? join(homedir(), '.cache', 'puppeteer'), 'chrome');
  const mac = join('Google Chrome for Testing.app', 'Contents', 'MacOS', 'Google Chrome for Testing');
  return list(cache)
    .flatMap((version) => list(join(cache, version)).map((folder) => join(cache, version, folder)))
    .flatMap((folder) => ['chrome', 'chrome.exe', mac].map((executable) => join(folder, executable)))
    .find(existsSync);
}

/** The path of a browser on this machine, or undefined. Throws where a variable names one that is not there. */
export function findChrome() {
  return fromVariables() ?? fromPath() ?? fromStandardPlaces() ?? fromPuppeteerCache();
}

function installWithApt() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return;
  console.error('basin: no Chrome found, installing Chromium with apt …');
  const options = {
    stdio: ['ignore', 2, 2],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  spawnSync('apt-get', ['update'], options);
  spawnSync('apt-get', ['install', '-y', 'chromium'], options);
}

/** The path of a browser; installs Chromium on Debian where there is none and this user may. */
export function ensureChrome() {
  const found = findChrome();
  if (found !== undefined) return found;
  installWithApt();
  const installed = findChrome();
  if (installed !== undefined) return installed;
  throw new Error(
    'No Chrome or Chromium found. Install one (Debian and Ubuntu: `sudo apt-get install chromium`; elsewhere: ' +
      'https://www.google.com/chrome/), or name its executable file in the environment variable BASIN_CHROME.',
  );
}

const QUIET_FLAGS = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
];

// Without both flags headless Chrome has `navigator.gpu` but no adapter.
const SOFTWARE_FLAGS = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];
const HARDWARE_FLAGS = [
  '--enable-unsafe-webgpu',
  ...(process.platform === 'linux'
    ? ['--enable-features=Vulkan', '--use-angle=vulkan', '--disable-vulkan-surface']
    : []),
];

/**
 * Options for puppeteer's `launch`, with a fresh user-data-dir. Software WebGPU (the same on every machine) unless
 * BASIN_ADAPTER=hardware. Call `removeProfile(options)` after the browser has closed.
 */
export function launchOptions() {
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []; // Chrome refuses its sandbox to root
  return {
    executablePath: ensureChrome(),
    headless: true,
    userDataDir: mkdtempSync(join(tmpdir(), 'basin-chrome-')),
    args: [...(process.env.BASIN_ADAPTER === 'hardware' ? HARDWARE_FLAGS : SOFTWARE_FLAGS), ...QUIET_FLAGS, ...sandbox],
  };
}

export function removeProfile({ userDataDir }) {
  rmSync(userDataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
