// Splits TypeScript into what runs and what is said about it, so that a rule about code does not trip over a
// word in a comment or a string. Both views keep every line break and column of the text.

export interface Views {
  /** The text with comments and the insides of strings, templates and regular expressions blanked. */
  readonly code: string;
  /** The text with everything but comments blanked. */
  readonly comments: string;
}

const COMMENT = /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/y;
// A string ends with its line, so that an apostrophe in JSX text does not swallow the rest of the file.
const STRING = /'(?:\\[\s\S]|[^'\\\n])*'?|"(?:\\[\s\S]|[^"\\\n])*"?/y;
const TEMPLATE_PART = /(?:\\[\s\S]|\$(?!\{)|[^`\\$])*(?:`|\$\{|$)/y;
const REGEX = /\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/y;
const WORD = /[\w$]+/y;
/** After these words a slash begins a regular expression; after any other it divides. */
const BEFORE_EXPRESSION = /^(?:return|typeof|case|in|of|do|else|void|delete|throw|new|await|yield)$/;

const blank = (text: string): string => text.replace(/[^\n]/g, ' ');
const hollow = (text: string): string =>
  text.length < 2 ? text : text.charAt(0) + blank(text.slice(1, -1)) + text.charAt(text.length - 1);

export function lex(text: string): Views {
  let code = '';
  let comments = '';
  let at = 0;
  let last = '';
  /** For each template that is open around here: how many braces its current expression has open. */
  const templates: number[] = [];

  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  const take = (raw: string, seen: string, said = blank(raw)): void => {
    code += seen;
    comments += said;
    at += raw.length;
  };
  const takeTemplatePart = (): void => {
    const part = match(TEMPLATE_PART) ?? '';
    const open = part.endsWith('${');
    if (open) templates.push(0);
    take(part, open ? `${blank(part.slice(0, -2))}\${` : blank(part.slice(0, -1)) + part.slice(-1));
    last = open ? '{' : '`';
  };

  while (at < text.length) {
    const char = text.charAt(at);
    const depth = templates.at(-1);
    const comment = match(COMMENT);
    if (comment !== undefined) {
      take(comment, blank(comment), comment);
    } else if (char === "'" || char === '"') {
      const string = match(STRING) ?? char;
      take(string, hollow(string));
      last = char;
    } else if (char === '`') {
      take(char, char);
      takeTemplatePart();
    } else if (char === '}' && depth === 0) {
      templates.pop();
      take(char, char);
      takeTemplatePart();
    } else if (char === '/' && !/[\w$)\]'"`}]$/.test(last) && match(REGEX) !== undefined) {
      const regex = match(REGEX) ?? char;
      take(regex, blank(regex));
      last = ')';
    } else {
      const word = match(WORD) ?? char;
      if (depth !== undefined && char === '{') templates[templates.length - 1] = depth + 1;
      if (depth !== undefined && char === '}') templates[templates.length - 1] = depth - 1;
      take(word, word);
      if (BEFORE_EXPRESSION.test(word)) last = '';
      else if (word.trim() !== '') last = word;
    }
  }
  return { code, comments };
}
