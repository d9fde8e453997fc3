import { type StepContext, StepFailure } from '../steps/step.ts';
import { limitTime } from '../system/timing.ts';

/**
 * Does work that changes what runs on the device; where it fails or is called off, what ran before is put back at once,
 * whether or not the flow says so: a device without its container would help nobody. Where the agent itself ends,
 * everything stays for its next start.
 */
export async function orPutBack(
  work: () => Promise<void>,
  putBack: (context: StepContext) => Promise<void>,
  context: StepContext,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const { aborted, reason } = context.signal;
    if (aborted && !(reason instanceof StepFailure)) throw error;
    const fault = await faultOfPuttingBack(putBack, context);
    const failure = aborted && reason instanceof StepFailure ? reason : error;
    if (fault === null || !(failure instanceof Error)) throw failure;
    const { message } = failure;
    const because = failure instanceof StepFailure ? failure.reason : 'step_failed';
    context.output(`What ran before could not be put back: ${fault}\n`);
    throw new StepFailure(because, `${message} What ran before could not be put back: ${fault}`);
  }
}

async function faultOfPuttingBack(
  putBack: (context: StepContext) => Promise<void>,
  context: StepContext,
): Promise<string | null> {
  const overtime = new StepFailure('timed_out', `It took longer than ${putBackWithinS} s.`);
  try {
    // The signal of the step may be what ended it.
    await limitTime({ ms: putBackWithinS * 1000, overtime, signals: [] }, (signal) => putBack({ ...context, signal }));
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const putBackWithinS = 120;
