import type { OrderField, OrderSection } from './order-faults.rules.ts';

/** The element's id of a field, so that what is wrong can be gone to. */
export function fieldId(field: OrderField): string {
  return `order-${field}`;
}

export function sectionId(section: OrderSection): string {
  return `step-${section}`;
}

/** Brings somebody to a field, there to what is not finished of it, or to its part of the page where it cannot be typed into. */
export function goTo(...ids: string[]): void {
  for (const id of ids) {
    const element = document.getElementById(id);
    if (element === null) continue;
    const input = element.querySelector<HTMLElement>('input[data-unfinished], [data-unfinished] input');
    (input ?? element).focus();
    element.scrollIntoView({ block: element.tabIndex < 0 ? 'start' : 'center' });
    return;
  }
}
