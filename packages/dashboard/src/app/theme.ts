import { createTheme, type MantineColorsTuple } from '@mantine/core';

/** The one accent: a deep sea green-blue, dark enough for white text upon it (WCAG 2.1, 1.4.3). */
const tide: MantineColorsTuple = [
  '#e3f7fa',
  '#c9ebf0',
  '#98d6df',
  '#63c0ce',
  '#38adbf',
  '#1da0b3',
  '#0d8ea1',
  '#0b7285',
  '#0a6374',
  '#064f5d',
];

export const theme = createTheme({
  colors: { tide },
  primaryColor: 'tide',
  primaryShade: { light: 7, dark: 8 },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  defaultRadius: 'sm',
  cursorType: 'pointer',
  respectReducedMotion: true,
  // The way out of dialogs and of what is said in the corner; its cross alone says nothing to who does not see it.
  components: { CloseButton: { defaultProps: { 'aria-label': 'Close' } } },
  headings: { fontWeight: '600', sizes: { h1: { fontSize: '1.375rem' }, h2: { fontSize: '1.05rem' } } },
});
