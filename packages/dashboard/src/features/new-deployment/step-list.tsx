import { Text, UnstyledButton } from '@mantine/core';
import { IconAlertCircle, IconCircle, IconCircleCheck, IconCircleDashed, IconCircleDot } from '@tabler/icons-react';
import classes from './new-deployment.module.css';
import { type OrderSection, orderSections } from './order-faults.rules.ts';
import { goTo, sectionId } from './order-field.ts';
import { stepTitles } from './order-step.tsx';
import type { StepState } from './step-states.rules.ts';

const marks = {
  done: { Shape: IconCircleCheck, color: 'var(--status-success)', word: 'done' },
  open: { Shape: IconCircle, color: 'var(--quiet)', word: 'open' },
  all: { Shape: IconCircleDot, color: 'var(--quiet)', word: 'all devices' },
  unset: { Shape: IconCircleDashed, color: 'var(--quiet)', word: 'nothing set' },
  ready: { Shape: IconCircleDot, color: 'var(--mantine-color-anchor)', word: 'ready' },
  wrong: { Shape: IconAlertCircle, color: 'var(--status-failed)', word: 'something is wrong' },
};

/** The steps of the page, each of which can be gone to at any time. */
export function StepList({ states }: { states: Record<OrderSection, StepState> }) {
  return (
    <nav aria-label="Steps">
      <ol className={classes.steps}>
        {orderSections.map((step, index) => {
          const { Shape, color, word } = marks[states[step]];
          return (
            <li key={step}>
              <UnstyledButton className={classes.step} onClick={() => goTo(sectionId(step))}>
                <Shape size={16} color={color} role="img" aria-label={word} style={{ flex: 'none' }} />
                <Text size="sm">
                  {index + 1}. {stepTitles[step]}
                </Text>
              </UnstyledButton>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
