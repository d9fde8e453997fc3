/** Stops and starts one service. */
export const serviceFlow = (unit: string) => `flows:
  restart-service:
    description: Restarts a service and waits until it runs
    steps:
      - name: Restart
        run: echo "restarting ${unit}"
      - name: Wait for it
        uses: tideway/check
        with: { command: 'true', within: 30s }
`;

/** Takes long enough to be looked at. */
export const longFlow = `flows:
  calibrate:
    description: Calibrates the sensors of a device, one after the other
    inputs:
      rounds: { description: How often each sensor is read, default: '600' }
    steps:
      - name: Read the sensors
        run: |
          for round in $(seq 1 \${{ inputs.rounds }}); do
            echo "round $round: humidity $((40 + round % 7)) %"
            sleep 1
          done
      - name: Write the table
        run: echo done
`;
