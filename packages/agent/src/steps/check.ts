import path from 'node:path';
import { probeFile, probeHttp, probeTcp } from '../system/probes.ts';
import { limitTime, pause } from '../system/timing.ts';
import { runShell, type ShellScript } from './shell.ts';
import { type StepContext, type StepExecutor, StepFailure, type StepOf } from './step.ts';
import { runStepCommand } from './step-command.ts';

/** Asks again and again until what is expected holds, or the step's time for it is over. */
export const checkStep: StepExecutor<'check'> = {
  run: async (step, context) => {
    context.output(`Checking for up to ${step.with.within_s} s ${expectationOf(step.with.probe, context.root)}\n`);
    const end = performance.now() + step.with.within_s * 1000;
    let said = '';
    for (;;) {
      // The last try begins when the time is over, and must have a chance.
      const fault = await faultOf(step.with.probe, context, Math.max(1000, end - performance.now()));
      if (fault === null) return;
      if (fault !== said) context.output(`${fault}\n`);
      said = fault;
      const leftMs = end - performance.now();
      if (leftMs <= 0)
        throw new StepFailure('check_failed', `${fault} It did not hold within ${step.with.within_s} s.`);
      await pause(Math.min(1000, leftMs), [context.signal]);
      context.signal.throwIfAborted();
    }
  },
};

type Probe = StepOf<'check'>['with']['probe'];

/** What is looked at and what is expected of it, in one sentence; of a body and a script only their beginning. */
function expectationOf(expected: Probe, root: string): string {
  switch (expected.kind) {
    case 'http': {
      const { url, expect_status, expect_body } = expected;
      const body = expect_body === null ? '' : ` and contains "${beginningOf(expect_body)}"`;
      return `that ${url} answers with status ${expect_status}${body}.`;
    }
    case 'tcp':
      return `that ${expected.host}:${expected.port} answers.`;
    case 'command':
      return `that this ends with exit code 0: ${beginningOf(expected.script)}`;
    case 'systemd':
      return `that the unit ${expected.unit} is active.`;
    case 'file':
      return `that ${path.join(root, expected.path)} is there.`;
  }
}

/**
 * The first line that says something. Secrets are masked where the whole of them or of one of their lines is shown: the
 * line is neither cut nor trimmed, since one may end it.
 */
function beginningOf(text: string): string {
  const [line = '', ...more] = text.split('\n').filter((one) => one.trim() !== '');
  return more.length === 0 ? line : `${line} …`;
}

/** One try: null where what is expected holds, else what is different, in one sentence. */
async function faultOf(expected: Probe, context: StepContext, leftMs: number): Promise<string | null> {
  const ms = expected.kind === 'command' ? leftMs : Math.min(leftMs, 10_000);
  const overtime = new Error('The check did not end in time.');
  return limitTime({ ms, overtime, signals: [context.signal] }, async (signal) => {
    try {
      return await probe(expected, { ...context, signal });
    } catch (error) {
      context.signal.throwIfAborted();
      if (error === overtime) return overtime.message;
      throw error;
    }
  });
}

async function probe(expected: Probe, context: StepContext): Promise<string | null> {
  switch (expected.kind) {
    case 'http': {
      const { url, expect_status, expect_body } = expected;
      return probeHttp({ url, status: expect_status, body: expect_body }, context.signal);
    }
    case 'tcp':
      return probeTcp(expected.host, portOf(expected.port), context.signal);
    case 'command':
      return probeCommand(expected, context);
    case 'systemd':
      return probeUnit(expected.unit, context);
    case 'file':
      return probeFile(path.join(context.root, expected.path));
  }
}

function portOf(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new StepFailure('invalid_value', `The port must be a number up to 65535, not "${text}".`);
}

async function probeCommand(script: ShellScript, context: StepContext): Promise<string | null> {
  try {
    await runShell(script, context);
    return null;
  } catch (error) {
    if (error instanceof StepFailure && !context.signal.aborted) return error.message;
    throw error;
  }
}

async function probeUnit(unit: string, context: StepContext): Promise<string | null> {
  const { folder, program } = { folder: context.root, program: 'systemctl' };
  const end = await runStepCommand({ ...context, folder, program, arguments: ['is-active', '--', unit] });
  return end.exitCode === 0 ? null : `The unit ${unit} is not active.`;
}
