import { Box } from '@mantine/core';
import type { ReactNode } from 'react';
import { Section } from '../../platform/ui/section.tsx';
import { type OrderSection, orderSections } from './order-faults.rules.ts';
import { sectionId } from './order-field.ts';

export const stepTitles: Record<OrderSection, string> = {
  flow: 'Flow',
  devices: 'Devices',
  values: 'Parameters and configuration',
  details: 'App, schedule and limits',
  review: 'Review and deploy',
};

/** One step of the order as a part of the page, which can be gone to. */
export function OrderStep({ step, children }: { step: OrderSection; children: ReactNode }) {
  return (
    <Box id={sectionId(step)} tabIndex={-1} style={{ outline: 'none', scrollMarginTop: 64 }}>
      <Section title={`${orderSections.indexOf(step) + 1}. ${stepTitles[step]}`}>{children}</Section>
    </Box>
  );
}
