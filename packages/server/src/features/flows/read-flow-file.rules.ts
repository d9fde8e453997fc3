import { type Fault, type FlowDocument, flowFileText } from '@tideway/protocol';
import { checkInPart } from './check-in-part.rules.ts';
import { inputKeys, readFlow } from './read-flow.rules.ts';
import { type ParsedText, parseYamlText } from './yaml-text.rules.ts';

const maxBytes = 256 * 1024;

/**
 * Reads a file of flows, in YAML or JSON, in our form or the vendor's. Gives each flow in normal form, or every fault of
 * the file at once, with path and line.
 */
export function readFlowFile(text: string): { flows: FlowDocument[] } | { faults: Fault[] } {
  if (new TextEncoder().encode(text).length > maxBytes) {
    return { faults: [{ path: '', message: 'A file of flows must have at most 256 KiB' }] };
  }
  const { parsed, faults } = parseYamlText(text);
  if (parsed === null) return { faults };
  const read = readFlows(parsed);
  const all = [...faults, ...withLines(read.faults, parsed)].sort((one, other) => (one.line ?? 0) - (other.line ?? 0));
  return all.length > 0 ? { faults: all } : { flows: read.flows };
}

function readFlows(parsed: ParsedText): { flows: FlowDocument[]; faults: Fault[] } {
  const file = checkInPart(flowFileText, parsed.value, '', [...Object.keys(flowFileText.shape), ...inputKeys]);
  if (file.value === null) return { flows: [], faults: file.faults };
  const common = file.value.on?.['workflow-dispatch']?.inputs ?? null;
  const read = Object.entries(file.value.flows).map(([name, value]) => readFlow(name, value, common, parsed));
  if (read.length === 0) file.faults.push({ path: 'flows', message: 'flows must name at least one flow' });
  return {
    flows: read.flatMap(({ document }) => (document === null ? [] : [document])),
    faults: [...file.faults, ...read.flatMap(({ faults }) => faults)],
  };
}

function withLines(faults: Fault[], parsed: ParsedText): Fault[] {
  return faults.map((fault) => ({ ...fault, line: fault.line ?? parsed.lineOf(fault.path) }));
}
