// Where a text stops being JSON, and why: engines differ in what they say about it, and some give no position.
// ECMA-404, The JSON data interchange syntax.

export interface JsonProblem {
  readonly line: number;
  /** From 1, in characters. */
  readonly column: number;
  readonly what: string;
}

class Stop extends Error {
  readonly at: number;

  constructor(at: number, what: string) {
    super(what);
    this.at = at;
  }
}

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a JSON string may not contain
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"?/y;
const WORD = /[A-Za-z_$][\w$]*/y;

/** The first thing in `text` that is not JSON, or null. */
export function findJsonProblem(text: string): JsonProblem | null {
  try {
    scanDocument(text);
    return null;
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    const before = text.slice(0, error.at).split('\n');
    return { line: before.length, column: before.at(-1)!.length + 1, what: error.message };
  }
}

function scanDocument(text: string): void {
  let at = 0;

  const match = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? '';
    at += found.length;
    return found;
  };
  const space = () => {
    match(SPACE);
  };
  const here = () => (at >= text.length ? 'the text ends' : `"${text[at]}"`);
  const stop = (what: string): never => {
    if (text.startsWith('//', at) || text.startsWith('/*', at)) {
      throw new Stop(at, 'a comment. JSON has none: remove it');
    }
    throw new Stop(at, what);
  };

  const value = (): void => {
    space();
    const start = text[at];
    if (start === '{') members('}', member);
    else if (start === '[') members(']', value);
    else if (start === '"') string();
    else if (start !== undefined && /[-\d]/.test(start)) number();
    else literal();
  };
  const string = (): void => {
    const start = at;
    const found = match(STRING);
    if (found.length > 1 && found.endsWith('"')) return;
    at = start + found.length;
    if (text[at] === '\\') stop('a backslash before a character that needs none: write \\\\ for a backslash');
    stop('a string that is not closed on its line: write its second "');
  };
  const number = (): void => {
    const start = at;
    if (match(NUMBER) === '' || /[\w.]/.test(text[at] ?? '')) {
      at = start;
      stop('a number that JSON does not know: write it like -1.5e3');
    }
  };
  const literal = (): void => {
    const start = at;
    const word = match(WORD);
    if (word === 'true' || word === 'false' || word === 'null') return;
    at = start;
    if (word === '') stop(`${here()} where a value should be`);
    const wanted = ['true', 'false', 'null'].find((each) => each === word.toLowerCase());
    stop(`${word} where a value should be: ${wanted ? `write ${wanted}` : 'text needs double quotes'}`);
  };
  const member = (): void => {
    space();
    if (text[at] !== '"') stop(`${here()} where a key should be: keys need double quotes`);
    string();
    space();
    if (text[at] !== ':') stop(`${here()} where a colon should be`);
    at++;
    value();
  };
  const members = (close: string, each: () => void): void => {
    at++;
    space();
    if (text[at] === close) {
      at++;
      return;
    }
    for (;;) {
      each();
      space();
      if (text[at] === close) break;
      if (text[at] !== ',') stop(`${here()} where a comma or ${close} should be`);
      const comma = at++;
      space();
      if (text[at] === close) {
        at = comma;
        stop(`a comma before ${close}: remove it`);
      }
    }
    at++;
  };

  value();
  space();
  if (at < text.length) stop(`${here()} after the end of the document`);
}
