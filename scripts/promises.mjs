// docs/promises.md names tests as [file:line](link) “title”. The check finds those that stand elsewhere or nowhere;
// `node scripts/promises.mjs --write` puts the lines right.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './ensure-install.mjs';

const page = join(root, 'docs', 'promises.md');
const reference = /\[([\w./-]+):(\d+)\]\(([^)]*)\)\s“([^”]+)”/g;
const promises = 12;

/** What is wrong on the page: tests that are not there, promises without a test, files that are gone. */
export function wrongPromises() {
  const text = readFileSync(page, 'utf8');
  return [
    ...[...text.matchAll(reference)].flatMap(([written, file, , , title]) => {
      const right = referenceTo(file, title);
      if (right === null) return [`docs/promises.md: no single test of ${file} begins with “${title}”`];
      return written.replace(/\s/g, ' ') === right ? [] : [`docs/promises.md: it has to say ${right}`];
    }),
    ...[...text.matchAll(/`(packages\/[\w./-]+)`/g)].flatMap(([, file]) =>
      existsSync(join(root, file)) ? [] : [`docs/promises.md: there is no ${file}`],
    ),
    ...Array.from({ length: promises }, (_, index) => index + 1).flatMap((number) => {
      const section = text.split(new RegExp(`^## ${number}\\. `, 'm'))[1]?.split(/^## /m)[0] ?? '';
      return section.match(reference) === null ? [`docs/promises.md: no test tries promise ${number}`] : [];
    }),
  ];
}

function writePromises() {
  const text = readFileSync(page, 'utf8');
  writeFileSync(
    page,
    text.replace(reference, (written, file, _line, _link, title) => referenceTo(file, title) ?? written),
  );
}

/** The reference as it has to be, or null where not exactly one test of the file begins so. */
function referenceTo(file, title) {
  if (!existsSync(join(root, file))) return null;
  const lines = readFileSync(join(root, file), 'utf8').split('\n');
  const found = lines.flatMap((line, index) => (isTest(lines, index) && begins(line, title) ? [index + 1] : []));
  return found.length === 1 ? `[${file}:${found[0]}](../${file}#L${found[0]}) “${title}”` : null;
}

/** The title stands behind the call or in the line after it, and so where the call ends a table of cases. */
function isTest(lines, index) {
  return [lines[index], lines[index - 1] ?? ''].some((line) => /^\s*(it\b|describe\b|\]\)\()/.test(line));
}

function begins(line, title) {
  return ["'", '"', '`'].some((quote) => line.includes(quote + title));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (process.argv.includes('--write')) writePromises();
  const wrong = wrongPromises();
  if (wrong.length > 0) console.error(wrong.join('\n'));
  process.exitCode = wrong.length > 0 ? 1 : 0;
}
