/**
 * The lines of a `.env` file, or which value cannot stand in one. What reads it (docker-compose, the compose plugin)
 * disagrees on escapes and on what is put in for `$`: only forms that all read as the same text are written.
 */
export function envFileText(values: Record<string, string>): { text: string } | { fault: string } {
  const lines: string[] = [];
  for (const [name, value] of Object.entries(values)) {
    if (/[\r\n\0]/.test(value)) return { fault: `env.${name} must be one line, without NUL` };
    const quoted = quote(value);
    if (quoted === null) {
      const why = 'holds ${…}, or a $ beside a quote or a backslash, which not every compose reads as it is';
      return { fault: `env.${name} ${why}` };
    }
    lines.push(`${name}=${quoted}\n`);
  }
  return { text: lines.join('') };
}

function quote(value: string): string | null {
  if (/^[\w./:@%+,-]*$/.test(value)) return value;
  if (!/'|\\\\|\\$|\$\{/.test(value)) return `'${value}'`;
  return value.includes('$') ? null : `"${value.replace(/["\\]/g, '\\$&')}"`;
}
