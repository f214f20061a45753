using System;
using System.Collections.Generic;
using System.Linq;

namespace EdgeSpike.Conversion.Quantization;

/// <summary>One contribution within a plan: how it is computed and in which unit.</summary>
internal sealed class SumTerm
{
    /// <summary>The contribution.</summary>
    public required Contribution Contribution { get; set; }

    /// <summary>Exact 32-bit sum by source; otherwise rounded products or a rescaled copy.</summary>
    public required bool Exact { get; init; }

    /// <summary>The term's own unit is the sum's times 2^Exponent (a connection's shift; a product's negative shift).</summary>
    public int Exponent { get; set; }

    /// <summary>For each row the magnitude that the largest integer stands for.</summary>
    public double[] RowRange { get; set; } = [];

    /// <summary>The group of each row's targets.</summary>
    public int[] RowGroup { get; set; } = [];

    /// <summary>Largest magnitude of the term's integers before its shift, as the verifier proves it.</summary>
    public long RawBound => Contribution.Reach * (1L << (WeightRounding.Bits(Contribution.Type) - 1)) * Contribution.Source.Bound;
}

/// <summary>
/// Units of a sum. All rows that reach one element, over all contributions, are rounded in one unit s of that element's group,
/// times a power of two of each contribution.
/// </summary>
/// <remarks>
/// The unit of group g is s_g = max over contributions c of range(c, g) / (largest integer * 2^e_c). A connection with small
/// weights beside one with large weights would keep few of its bits at e = 0; the exponents are therefore chosen to make the
/// expected error least: sum over c, g of synapses * mean square of the source * (s_g 2^e_c)^2, each group relative to its
/// range. Coordinate descent over small integers; the sums are small, so that its cost does not matter. With least squares
/// the unit then shrinks as long as finer rounding gains more than clipping costs.
/// </remarks>
internal sealed class SumPlan
{
    private const long Budget = 1L << 30;
    private readonly int[] _group;
    private readonly double[] _groupRange;
    private readonly double _percentile;
    private readonly bool _keepsUnit;

    /// <summary>Plans a sum.</summary>
    /// <param name="terms">Contributions.</param>
    /// <param name="range">Real magnitude to provide for, for each element, above 0.</param>
    /// <param name="uniform">One unit for all elements.</param>
    /// <param name="fineBias">The unit has to carry a bias, so it should be finer than a weight's.</param>
    /// <param name="percentile">For rows clipped at a percentile.</param>
    public SumPlan(IReadOnlyList<SumTerm> terms, double[] range, bool uniform, bool fineBias, double percentile)
    {
        _percentile = percentile;
        Terms = terms;
        int n = range.Length;
        Groups sets = new(n);
        foreach (SumTerm term in terms)
        {
            int[] first = new int[term.Contribution.Rows.Count];
            Array.Fill(first, -1);
            for (int j = 0; j < n; j++)
            {
                int row = term.Contribution.RowOf(j);
                if (first[row] < 0) first[row] = j;
                else sets.Join(first[row], j);
            }

            if (term.Contribution.Granularity == Granularity.Tensor) uniform = true;
        }

        for (int j = 1; uniform && j < n; j++) sets.Join(0, j);
        _group = sets.Number(out int groups);
        _groupRange = new double[groups];
        for (int j = 0; j < n; j++) _groupRange[_group[j]] = Math.Max(_groupRange[_group[j]], range[j]);
        Unit = new double[groups];

        foreach (SumTerm term in terms) MeasureRows(term, n);
        SumTerm[] exact = [.. terms.Where(t => t.Exact)], rounded = [.. terms.Where(t => !t.Exact)];
        if (exact.Length > 0) PlanExact(exact, rounded.Length > 0 || fineBias);
        else PlanRounded(rounded);
        FillEmptyGroups();
        for (int g = 0; g < groups; g++) Unit[g] = Math.Max(Unit[g], _groupRange[g] / (NeuronLimit * 0.999));
        foreach (SumTerm term in rounded) Fit(term);
    }

    /// <summary>Takes the units as they are stated: one for all elements, and exponents that the terms have.</summary>
    /// <param name="terms">Contributions, all exact, with their exponents.</param>
    /// <param name="range">Real magnitude to provide for, for each element, above 0.</param>
    /// <param name="unit">Real value of one integer of the sum.</param>
    public SumPlan(IReadOnlyList<SumTerm> terms, double[] range, double unit)
    {
        Terms = terms;
        _group = new int[range.Length];
        double largest = 0;
        foreach (double r in range) largest = Math.Max(largest, r);
        _groupRange = [largest];
        Unit = [unit];
        _keepsUnit = true;
        foreach (SumTerm term in terms) MeasureRows(term, range.Length);
    }

    /// <summary>L of the edge profile.</summary>
    public const double NeuronLimit = (1 << 28) - 1;

    /// <summary>Contributions with their exponents.</summary>
    public IReadOnlyList<SumTerm> Terms { get; }

    /// <summary>Real value of one integer of the sum, for each group.</summary>
    public double[] Unit { get; }

    /// <summary>Fraction bits of the membrane below the unit; set by <see cref="ChooseShift"/>.</summary>
    public int Shift { get; private set; }

    /// <summary>Unit of the element j.</summary>
    public double UnitOf(int j) => Unit[_group[j]];

    /// <summary>
    /// How many fraction bits a membrane in this unit gets: up to 12, as the range permits. A few rows whose weights are tiny
    /// against their range do not cost all others their bits: these rows get a coarser unit instead.
    /// </summary>
    public void ChooseShift()
    {
        int[] room = [.. Unit.Select((u, g) => (int)Math.Floor(Math.Log2(NeuronLimit * u / _groupRange[g])))];
        int least = Math.Min(12, room.Min()), median = room.Order().ElementAt(room.Length / 2);
        Shift = Math.Max(0, Math.Max(least, Math.Min(6, median)));
        for (int g = 0; g < Unit.Length && !_keepsUnit; g++)
            if (room[g] < Shift) Unit[g] = Math.ScaleB(_groupRange[g], Shift) / (NeuronLimit * 0.999);
        foreach (SumTerm term in Terms.Where(t => !t.Exact)) Fit(term);
    }

    /// <summary>States the fraction bits.</summary>
    public void StateShift(int bits) => Shift = bits;

    private static int Largest(SumTerm term) => WeightRounding.Largest(term.Contribution.Type);

    private void MeasureRows(SumTerm term, int n)
    {
        Contribution c = term.Contribution;
        // The least error of an exact term is found later, for all connections of a row together.
        RangeMethod method = term.Exact && c.Range == RangeMethod.LeastSquares ? RangeMethod.Maximum : c.Range;
        term.RowRange = [.. c.Rows.Select(row => WeightRounding.Range(row, method, _percentile, Largest(term)))];
        term.RowGroup = new int[c.Rows.Count];
        for (int j = n - 1; j >= 0; j--) term.RowGroup[c.RowOf(j)] = _group[j];
    }

    private void PlanExact(SumTerm[] terms, bool fine)
    {
        double[][] range = new double[terms.Length][], weight = new double[terms.Length][];
        for (int c = 0; c < terms.Length; c++)
        {
            range[c] = new double[Unit.Length];
            weight[c] = new double[Unit.Length];
            for (int row = 0; row < terms[c].RowRange.Length; row++)
            {
                int g = terms[c].RowGroup[row];
                range[c][g] = Math.Max(range[c][g], terms[c].RowRange[row] / Largest(terms[c]));
                int synapses = terms[c].Contribution.Rows[row].Count(w => w != 0);
                weight[c][g] += synapses * terms[c].Contribution.Source.Power / (_groupRange[g] * _groupRange[g]);
            }
        }

        int[] exponents = ChooseExponents(terms, range, weight);
        SetUnits(range, exponents);
        ClipForLeastError(terms, exponents);
        long bound = Total(terms, exponents);
        int finer = 0;
        if (fine)
        {
            double room = Unit.Zip(_groupRange, (u, r) => u > 0 ? NeuronLimit / 2 * u / r : double.PositiveInfinity).Min();
            while (finer < 8 && bound << (finer + 1) <= Budget && Math.ScaleB(1, finer + 1) <= room) finer++;
        }

        for (int g = 0; g < Unit.Length; g++) Unit[g] = Math.ScaleB(Unit[g], -finer);
        for (int c = 0; c < terms.Length; c++) terms[c].Exponent = exponents[c] + finer;
    }

    private static int[] ChooseExponents(SumTerm[] terms, double[][] range, double[][] weight)
    {
        int[] none = new int[terms.Length];
        if (terms.Length == 1) return none;
        double plain = Error(range, weight, none);
        int[] best = none;
        double least = plain;
        double[] typical = [.. range.Select(r => r.Where(v => v > 0).Order().ElementAtOrDefault(r.Count(v => v > 0) / 2))];
        double smallest = typical.Where(v => v > 0).DefaultIfEmpty(1).Min();
        int[] start = [.. typical.Select(v => v > 0 ? (int)Math.Clamp(Math.Round(Math.Log2(v / smallest)), 0, 8) : 0)];
        foreach (int[] from in (int[][])[none, start])
        {
            int[] at = [.. from];
            double error = Allowed(terms, at) ? Error(range, weight, at) : double.PositiveInfinity;
            for (bool better = true; better;)
            {
                better = false;
                for (int c = 0; c < at.Length; c++)
                    foreach (int step in (int[])[1, -1])
                    {
                        int[] next = [.. at];
                        next[c] += step;
                        int floor = next.Min();
                        for (int i = 0; i < next.Length; i++) next[i] -= floor;
                        if (next.Max() > 8 || !Allowed(terms, next)) continue;
                        double tried = Error(range, weight, next);
                        if (tried < error * 0.999) (at, error, better) = (next, tried, true);
                    }
            }

            if (error < least) (least, best) = (error, at);
        }

        // A shift costs an extra pass over the target at every tick: it has to earn it.
        double worth = terms.All(t => t.Contribution.Type == WeightType.Int16) ? 1.0 / 16 : 0.8;
        return least < plain * worth ? best : none;
    }

    private static bool Allowed(SumTerm[] terms, int[] exponents) => Total(terms, exponents) <= Budget;

    private static long Total(SumTerm[] terms, int[] exponents)
    {
        long total = 0;
        for (int c = 0; c < terms.Length; c++) total += terms[c].RawBound << exponents[c];
        return total;
    }

    private static double Error(double[][] range, double[][] weight, int[] exponents)
    {
        double error = 0;
        for (int g = 0; g < range[0].Length; g++)
        {
            double unit = 0;
            for (int c = 0; c < range.Length; c++) unit = Math.Max(unit, Math.ScaleB(range[c][g], -exponents[c]));
            for (int c = 0; c < range.Length; c++) error += weight[c][g] * Math.ScaleB(unit * unit, 2 * exponents[c]);
        }

        return error;
    }

    private void SetUnits(double[][] range, int[] exponents)
    {
        for (int g = 0; g < Unit.Length; g++)
            for (int c = 0; c < range.Length; c++) Unit[g] = Math.Max(Unit[g], Math.ScaleB(range[c][g], -exponents[c]));
    }

    // Rows that are to have the least squared error share one unit over all their connections, so it is searched for all of
    // them at once, each weight's error counted as often as its source is active. The error has several minima: a grid.
    private void ClipForLeastError(SumTerm[] terms, int[] exponents)
    {
        const int Steps = 48;
        List<(int Term, int Row)>[] members = new List<(int, int)>[Unit.Length];
        for (int g = 0; g < members.Length; g++) members[g] = [];
        for (int c = 0; c < terms.Length; c++)
            if (terms[c].Contribution.Range == RangeMethod.LeastSquares)
                for (int row = 0; row < terms[c].RowGroup.Length; row++) members[terms[c].RowGroup[row]].Add((c, row));
        for (int g = 0; g < Unit.Length; g++)
        {
            double best = Unit[g], least = double.PositiveInfinity;
            for (int i = 0; i < Steps && Unit[g] > 0 && members[g].Count > 0; i++)
            {
                double unit = Unit[g] * (1 - 0.7 * i / Steps), error = 0;
                foreach ((int c, int row) in members[g])
                {
                    double scale = Math.ScaleB(unit, exponents[c]), own = 0;
                    foreach (double weight in terms[c].Contribution.Rows[row])
                    {
                        double difference = WeightRounding.Round(weight, scale, Largest(terms[c])) * scale - weight;
                        own += difference * difference;
                    }

                    error += own * terms[c].Contribution.Source.Power;
                }

                if (error < least) (least, best) = (error, unit);
            }

            Unit[g] = best;
        }
    }

    // Without exact terms the unit follows the weights row by row, so that every row uses its integers, but is no finer than
    // the range allows.
    private void PlanRounded(SumTerm[] terms)
    {
        foreach (SumTerm term in terms.Where(t => t.Contribution is DenseContribution))
            for (int row = 0; row < term.RowRange.Length; row++)
                Unit[term.RowGroup[row]] = Math.Max(Unit[term.RowGroup[row]], term.RowRange[row] / Largest(term));
        int coarser = 0;
        for (int g = 0; g < Unit.Length; g++)
            if (Unit[g] > 0) coarser = Math.Max(coarser, (int)Math.Ceiling(Math.Log2(_groupRange[g] / (1 << 26) / Unit[g])));
        for (int g = 0; g < Unit.Length; g++)
            Unit[g] = Unit[g] > 0 ? Math.ScaleB(Unit[g], coarser) : 0;
        if (Unit.All(u => u == 0))
            for (int g = 0; g < Unit.Length; g++) Unit[g] = _groupRange[g] / (1 << 26);
    }

    // Rows without weights have no unit of their own: they take that of the others relative to their range.
    private void FillEmptyGroups()
    {
        double[] relative = [.. Unit.Select((u, g) => u / _groupRange[g]).Where(u => u > 0).Order()];
        double typical = relative.Length > 0 ? relative[relative.Length / 2] : 1.0 / (1 << 20);
        for (int g = 0; g < Unit.Length; g++)
            if (Unit[g] == 0) Unit[g] = typical * _groupRange[g];
    }

    // A product's weights are as fine as its widest row permits; where that is coarser than the unit, the unit follows.
    private void Fit(SumTerm term)
    {
        if (term.Contribution is not DenseContribution) return;
        int exponent = -46;
        for (int row = 0; row < term.RowRange.Length; row++)
            if (term.RowRange[row] > 0)
                exponent = Math.Max(exponent, (int)Math.Ceiling(Math.Log2(term.RowRange[row] / Largest(term) / Unit[term.RowGroup[row]]) - 1e-9));
        if (exponent > 0)
        {
            for (int g = 0; g < Unit.Length; g++) Unit[g] = Math.ScaleB(Unit[g], exponent);
            foreach (SumTerm other in Terms.Where(t => t.Exact)) other.Exponent -= exponent;
            exponent = 0;
        }

        term.Exponent = exponent;
    }
}
