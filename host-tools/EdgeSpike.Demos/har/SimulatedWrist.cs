using System;

namespace EdgeSpike.Demos.Har;

/// <summary>
/// A wrist that is made up: how an accelerometer and a gyroscope on it would read while it makes the seven movements. It is
/// no recording of anybody, and every figure got from it has to say "simulated".
/// </summary>
/// <remarks>
/// Kinematics: the wrist swings about a resting pose by a rotation vector θ(t) and shifts by p(t), sums of sines with a
/// wandering phase. R = exp(θ). The gyroscope reads log(R(t-h)ᵀ R(t+h)) / 2h, the accelerometer Rᵀ (p'' + g), and blows (a ball,
/// the other hand) as pulses beside it. Sizes were set by hand so that means, spreads and tempos are in the range of people's; no
/// sample was copied. A person is a seed: tempo, vigour, pose and phases.
/// </remarks>
public sealed class SimulatedWrist
{
    private const double Gravity = 9.81, Step = 0.004;

    // What a watch's sensors measure: 2 g, and more turning than a wrist makes.
    private const double MostAcceleration = 19.613, MostRotation = 32.767;

    private static readonly Movement[] Movements =
    [
        // dribbling: the forearm pumps, the ball answers
        new([0.80, -0.55, 0.12], 1.9, [0.46, 0.55, 0.36], [0.08, 0.10, 0.10], 0.4, [5, -9, 8], 0.04, 1, 0, 0, 0.15),
        // catch: a throw and a catch every other second, a rest between
        new([0.48, -0.84, -0.10], 0.75, [0.55, 0.45, 0.5], [0.10, 0.12, 0.10], 0.6, [4, 5, -4], 0.06, 0.7, 2.3, 0, 0.25),
        // typing: palm down, small quick taps
        new([-0.05, -0.48, 0.87], 3.3, [0.012, 0.006, 0.005], [0.0004, 0.0012, 0.0008], 0.5, [0, 0.5, 0.6], 0.03, 0.8, 3.1, 0.25, 0.06),
        // writing: the side of the hand on the table, small strokes, slow travel
        new([-0.01, -0.93, 0.34], 3.9, [0.014, 0.005, 0.0035], [0.0005, 0.0009, 0.0009], 0.4, [0, 0, 0], 0.03, 0.85, 4.3, 0.12, 0.05),
        // clapping: swings with a blow each
        new([-0.70, -0.62, 0.35], 2.6, [0.05, 0.08, 0.03], [0.007, 0.008, 0.018], 0.5, [-6, -5, 10], 0.025, 1, 0, 0, 0.06),
        // teeth: strokes with the forearm up, no blow
        new([-0.87, -0.26, 0.37], 3.2, [0.045, 0.032, 0.036], [0.0030, 0.0070, 0.0055], 0.2, [0, 0, 0], 0.03, 0.93, 6.1, 0.1, 0.12),
        // folding: wide slow turns
        new([0.06, -0.91, 0.28], 0.62, [0.55, 0.26, 0.28], [0.09, 0.09, 0.08], 0.5, [0, 1, 0], 0.08, 0.95, 5.3, 0.1, 0.3),
    ];

    private readonly SplitMix64 _noise;
    private readonly double _tempo, _vigour;
    private readonly Person[] _persons;

    /// <param name="seed">The person.</param>
    public SimulatedWrist(ulong seed)
    {
        SplitMix64 random = new(seed);
        _tempo = 0.85 + 0.3 * random.NextDouble();
        _vigour = 0.75 + 0.5 * random.NextDouble();
        _persons = new Person[HarWindows.Classes];
        for (int c = 0; c < _persons.Length; c++) _persons[c] = new Person(random);
        _noise = new SplitMix64(random.NextBits());
    }

    /// <summary>One reading, in 0.001 m/s² and 0.001 rad/s.</summary>
    /// <param name="activity">0 to 6.</param>
    /// <param name="seconds">Time.</param>
    /// <param name="values">Receives six values from <paramref name="offset"/> on.</param>
    /// <param name="offset">Where they begin.</param>
    public void Read(int activity, double seconds, short[] values, int offset)
    {
        ArgumentNullException.ThrowIfNull(values);
        Movement movement = Movements[activity];
        Person person = _persons[activity];
        Pose before = At(movement, person, seconds - Step), here = At(movement, person, seconds), after = At(movement, person, seconds + Step);

        Vector turned = Rotation.Log(Rotation.Exp(before.Turn).Transposed.Times(Rotation.Exp(after.Turn))).Times(1 / (2 * Step));
        Vector acceleration = before.Shift.Plus(after.Shift).Plus(here.Shift.Times(-2)).Times(1 / (Step * Step));
        Vector force = Rotation.Exp(here.Turn).Transposed.Apply(acceleration.Plus(person.Rest(movement.Rest).Times(Gravity))).Plus(here.Blow);
        Write(force.X, 0.03, MostAcceleration, 0);
        Write(force.Y, 0.03, MostAcceleration, 1);
        Write(force.Z, 0.03, MostAcceleration, 2);
        Write(turned.X, 0.006, MostRotation, 3);
        Write(turned.Y, 0.006, MostRotation, 4);
        Write(turned.Z, 0.006, MostRotation, 5);

        void Write(double value, double noise, double most, int channel) =>
            values[offset + channel] = (short)Math.Round(1000 * Math.Clamp(value + noise * _noise.NextNormal(), -most, most));
    }

    /// <summary>Windows of several made-up people, each activity in one piece.</summary>
    /// <param name="people">How many; their numbers count from 1.</param>
    /// <param name="each">Windows of each activity and person.</param>
    /// <param name="seed">Chooses the people.</param>
    public static HarWindows Windows(int people, int each, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(people, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(each, 1);
        int count = people * HarWindows.Classes * each, size = HarWindows.Ticks * HarWindows.Channels;
        short[] samples = new short[count * size];
        int[] labels = new int[count], subjects = new int[count];
        long[] starts = new long[count];
        SplitMix64 seeds = new(seed);
        int n = 0;
        for (int person = 1; person <= people; person++)
        {
            SimulatedWrist wrist = new(seeds.NextBits());
            for (int activity = 0; activity < HarWindows.Classes; activity++)
                for (int w = 0; w < each; w++, n++)
                {
                    (labels[n], subjects[n], starts[n]) = (activity, person, 2_000_000_000L * w);
                    for (int t = 0; t < HarWindows.Ticks; t++)
                        wrist.Read(activity, 2.0 * w + 0.05 * t, samples, n * size + t * HarWindows.Channels);
                }
        }

        return new HarWindows(samples, labels, subjects, starts);
    }

    private Pose At(Movement movement, Person person, double seconds)
    {
        double tempo = movement.Tempo * _tempo;
        double phase = 2 * Math.PI * tempo * seconds + 0.9 * Math.Sin(2 * Math.PI * 0.13 * tempo * seconds + person.Phase(0)) + person.Phase(1);
        double size = _vigour * (1 + 0.25 * Math.Sin(2 * Math.PI * 0.07 * seconds + person.Phase(2)));
        if (movement.PauseEvery > 0)
            // A smooth gate: the hand rests for what is left of the share.
            size *= 0.5 + 0.5 * Math.Tanh(5 * (Math.Sin(2 * Math.PI * seconds / movement.PauseEvery + person.Phase(3)) + 2 * movement.Busy - 1));
        if (movement.Tremor > 0) size *= 1 + movement.Tremor * Math.Sin(2 * Math.PI * 1.7 * tempo * seconds + person.Phase(4));

        Vector turn = new(Wave(0, movement.Turn[0]), Wave(1, movement.Turn[1]), Wave(2, movement.Turn[2]));
        Vector wander = new(Slow(0), Slow(1), Slow(2));
        Vector shift = new(Wave(3, movement.Shift[0]), Wave(4, movement.Shift[1]), Wave(5, movement.Shift[2]));
        double round = Math.IEEERemainder(phase, 2 * Math.PI) / (2 * Math.PI * tempo);
        double blow = size * Math.Exp(-round * round / (2 * movement.BlowSeconds * movement.BlowSeconds));
        return new Pose(turn.Plus(wander), shift, new Vector(movement.Blow[0], movement.Blow[1], movement.Blow[2]).Times(blow));

        double Wave(int axis, double amplitude) =>
            size * amplitude * (Math.Sin(phase + person.Phase(5 + axis)) + movement.Second * Math.Sin(2 * phase + person.Phase(11 + axis)));

        double Slow(int axis) => movement.Wander * Math.Sin(2 * Math.PI * (0.031 + 0.017 * axis) * seconds + person.Phase(17 + axis));
    }

    /// <summary>A movement.</summary>
    /// <param name="Rest">Where a resting accelerometer points.</param>
    /// <param name="Tempo">Hz.</param>
    /// <param name="Turn">rad.</param>
    /// <param name="Shift">m.</param>
    /// <param name="Second">Share of the second harmonic.</param>
    /// <param name="Blow">m/s², once a period.</param>
    /// <param name="BlowSeconds">Its standard deviation in time.</param>
    /// <param name="Busy">Share of the time that it goes on.</param>
    /// <param name="PauseEvery">s; 0: no pauses.</param>
    /// <param name="Tremor">Share by which the size flutters.</param>
    /// <param name="Wander">rad, of the resting pose.</param>
    private sealed record Movement(double[] Rest, double Tempo, double[] Turn, double[] Shift, double Second, double[] Blow, double BlowSeconds, double Busy, double PauseEvery, double Tremor, double Wander);

    private sealed record Pose(Vector Turn, Vector Shift, Vector Blow);

    private sealed class Person
    {
        private readonly double[] _phases = new double[20];
        private readonly double[] _tilt = new double[3];

        public Person(SplitMix64 random)
        {
            for (int i = 0; i < _phases.Length; i++) _phases[i] = 2 * Math.PI * random.NextDouble();
            for (int i = 0; i < _tilt.Length; i++) _tilt[i] = 0.12 * random.NextNormal();
        }

        public double Phase(int index) => _phases[index];

        public Vector Rest(double[] rest)
        {
            Vector tilted = new(rest[0] + _tilt[0], rest[1] + _tilt[1], rest[2] + _tilt[2]);
            return tilted.Times(1 / tilted.Length);
        }
    }

    private readonly record struct Vector(double X, double Y, double Z)
    {
        public double Length => Math.Sqrt(X * X + Y * Y + Z * Z);

        public Vector Plus(Vector other) => new(X + other.X, Y + other.Y, Z + other.Z);

        public Vector Times(double factor) => new(X * factor, Y * factor, Z * factor);
    }

    /// <summary>A rotation matrix, by rows.</summary>
    private readonly record struct Rotation(Vector First, Vector Second, Vector Third)
    {
        public Rotation Transposed => new(new(First.X, Second.X, Third.X), new(First.Y, Second.Y, Third.Y), new(First.Z, Second.Z, Third.Z));

        /// <summary>Rodrigues' formula.</summary>
        public static Rotation Exp(Vector v)
        {
            double angle = v.Length, a = angle < 1e-9 ? 1 : Math.Sin(angle) / angle, b = angle < 1e-9 ? 0.5 : (1 - Math.Cos(angle)) / (angle * angle);
            return new Rotation(
                new(1 - b * (v.Y * v.Y + v.Z * v.Z), b * v.X * v.Y - a * v.Z, b * v.X * v.Z + a * v.Y),
                new(b * v.X * v.Y + a * v.Z, 1 - b * (v.X * v.X + v.Z * v.Z), b * v.Y * v.Z - a * v.X),
                new(b * v.X * v.Z - a * v.Y, b * v.Y * v.Z + a * v.X, 1 - b * (v.X * v.X + v.Y * v.Y)));
        }

        /// <summary>Its inverse, for angles well below half a turn.</summary>
        public static Vector Log(Rotation r)
        {
            Vector sine = new(0.5 * (r.Third.Y - r.Second.Z), 0.5 * (r.First.Z - r.Third.X), 0.5 * (r.Second.X - r.First.Y));
            double s = sine.Length;
            return sine.Times(s < 1e-9 ? 1 : Math.Asin(Math.Min(1, s)) / s);
        }

        public Vector Apply(Vector v) => new(Dot(First, v), Dot(Second, v), Dot(Third, v));

        public Rotation Times(Rotation other)
        {
            Rotation columns = other.Transposed;
            return new(columns.Apply(First), columns.Apply(Second), columns.Apply(Third));
        }

        private static double Dot(Vector a, Vector b) => a.X * b.X + a.Y * b.Y + a.Z * b.Z;
    }
}
