using System;
using EdgeSpike.Demos.Blimp;

namespace EdgeSpike.Training.Evolution.Blimp;

/// <summary>What is evolved: one controller by imitation, or both in flight.</summary>
public enum ControlTask
{
    /// <summary>Proportional and derivative part, by LIF neurons.</summary>
    ProportionalDerivative,

    /// <summary>Integral part, by IWTA-LIF neurons.</summary>
    Integral,

    /// <summary>Both, flying together, with their losses of imitation as a part of the cost.</summary>
    Both,
}

/// <summary>One data set: an error signal at 10 Hz and what the classical controller makes of it.</summary>
/// <param name="Error">In steps of 1/1024 m, as the model takes it.</param>
/// <param name="Target">u, within ±<paramref name="Limit"/>.</param>
/// <param name="Limit">Commands beyond it count as at it: for PD the motor's limit, for I that of the integral term.</param>
public sealed record ControlSet(int[] Error, float[] Target, float Limit)
{
    /// <summary>Steps of a PD set: 50 s, as in the paper.</summary>
    public const int FlightSteps = 500;

    /// <summary>An I set is 5 steps of 50 s, each with its own buoyancy, as in the paper.</summary>
    public const int BuoyancyChanges = 5;

    /// <summary>Windows of flights for PD. Needs flights of at least 50 s.</summary>
    /// <remarks>
    /// The flights were flown without a controller, so that a set-point has to be chosen: the altitude of a random moment of the same window.
    /// They are smoothed by their authors, so that the lidar's noise is added. Target: PD, P 9 and D 7, of that error, held by the motor's limit.
    /// </remarks>
    public static ControlSet[] FromFlights(ReadOnlySpan<FlightFile> flights, int count, ulong seed)
    {
        SeededRandom random = new(seed, 0x50);
        ControlSet[] sets = new ControlSet[count];
        for (int i = 0; i < count; i++)
        {
            FlightFile flight = flights[i % flights.Length];
            int span = FlightSteps * BlimpTiming.PlantSteps, start = random.NextIndex(flight.Altitude.Length - span + 1);
            double[] altitude = new double[FlightSteps];
            for (int t = 0; t < FlightSteps; t++) altitude[t] = flight.Altitude[start + t * BlimpTiming.PlantSteps];
            sets[i] = Window(altitude, random);
        }

        return sets;
    }

    /// <summary>The same from simulated flights: the identified range model under the motor's levels −3 … 3, each held for 2 to 10 s.</summary>
    public static ControlSet[] FromSimulatedFlights(int count, ulong seed)
    {
        SeededRandom random = new(seed, 0x51);
        ControlSet[] sets = new ControlSet[count];
        for (int i = 0; i < count; i++)
        {
            RangeModel plant = new();
            plant.Reset(0);
            double[] altitude = new double[FlightSteps];
            int hold = 0;
            double level = 0;
            for (int t = -600; t < FlightSteps; t++)
            {
                if (hold-- <= 0) (hold, level) = (20 + random.NextIndex(80), random.NextIndex(7) - 3);

                // Towards the middle when it drifts off: a pilot who stays in the hall.
                if (Math.Abs(plant.Altitude) > 1.3) level = -Math.Sign(plant.Altitude) * Math.Abs(level);
                plant.Step(level, 0);
                if (t >= 0) altitude[t] = plant.Altitude;
            }

            sets[i] = Window(altitude, random);
        }

        return sets;
    }

    /// <summary>
    /// Flights for I, as in the paper: the double integrator under PID, its buoyancy b ~ U(−4, 4) and the set-point (U(−1.5, 1.5) m) redrawn at
    /// each of 5 steps of 50 s. The motor is unlimited, or it could not hold |b| above 3.3. Target: the integral term.
    /// </summary>
    public static ControlSet[] ForIntegral(int count, ulong seed)
    {
        SeededRandom random = new(seed, 0x49);
        ControlSet[] sets = new ControlSet[count];
        int steps = BuoyancyChanges * FlightSteps;
        for (int i = 0; i < count; i++)
        {
            DoubleIntegrator plant = new(0);
            plant.Reset(0);
            PidController pid = new(PidGains.DoubleIntegrator), integral = new(PidGains.DoubleIntegrator.OnlyIntegral);
            Lidar lidar = new(random, dropOuts: 0);
            double setPoint = 0;
            int[] error = new int[steps];
            float[] target = new float[steps];
            for (int t = 0; t < steps; t++)
            {
                if (t % FlightSteps == 0) (plant.Buoyancy, setPoint) = (random.Next(-4, 4), random.Next(-1.5, 1.5));
                double e = setPoint - lidar.Read(plant.Altitude);
                error[t] = ControllerParameters.ErrorSteps(e);
                target[t] = (float)integral.Step(e);
                plant.Step(pid.Step(e), 0);
            }

            sets[i] = new ControlSet(error, target, (float)PidController.IntegralLimit);
        }

        return sets;
    }

    private static ControlSet Window(double[] altitude, SeededRandom random)
    {
        Lidar lidar = new(random, dropOuts: 0);
        PidController controller = new(PidGains.DoubleIntegrator.WithoutIntegral);
        double setPoint = altitude[random.NextIndex(altitude.Length)];
        int[] error = new int[altitude.Length];
        float[] target = new float[altitude.Length];
        for (int t = 0; t < altitude.Length; t++)
        {
            double e = setPoint - lidar.Read(altitude[t]);
            error[t] = ControllerParameters.ErrorSteps(e);
            target[t] = (float)Math.Clamp(controller.Step(e), -Actuator.Limit, Actuator.Limit);
        }

        return new ControlSet(error, target, (float)Actuator.Limit);
    }
}
