import { useMediaQuery } from '@mantine/hooks';

/** Whether there is room for little: on a phone, or in a small window. The same width as `sm` of the parts. */
export function useIsNarrow(): boolean {
  return useMediaQuery('(max-width: 48em)') ?? false;
}
