import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './app/tideway.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { expectation } from '@tideway/protocol';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { z } from 'zod';
import { router } from './app/router.tsx';
import { theme } from './app/theme.ts';
import { queryClient } from './platform/api/query-client.ts';

// The page's policy allows no code made from texts, by which zod would check faster. What is wrong is said as the server says it.
z.config({ jitless: true, customError: expectation });

const place = document.getElementById('root');
if (place === null) throw new Error('The page has no place for the dashboard');
createRoot(place).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <Notifications position="bottom-right" />
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
