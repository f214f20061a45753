namespace EdgeSpike.Runtime;

/// <summary>
/// A matrix and what follows it in the file and adds rows of its events to the same sums, matrices and compressed rows without gaps, run
/// as one step: these rows can then pass over the sums together (<see cref="Kernels.SumRows"/>). Only an interpreter's schedule has groups.
/// </summary>
/// <remarks>
/// The first member begins the sums, and only it may shift them; all have the same width, blocks and weight type. What stands in the
/// sums after the last member is what the members leave one by one. Cost beyond theirs: a few instructions for each member.
/// </remarks>
internal sealed class RowGroup : Operator
{
    /// <summary>Rows that pass together, at most.</summary>
    public const int MostRows = 64;

    /// <summary>The members, in file order.</summary>
    public Connection[] Members;

    /// <summary>The first of them.</summary>
    public DenseOperator Head;

    /// <summary>Where rows begin, as the kernel lists them: scratch of one step, shared by all groups of an interpreter.</summary>
    public int[] Rows;

    /// <summary>Rows that are listed now: state of one step.</summary>
    public int Listed { get; set; }

    /// <summary>Begin the sums or add to them, and how rows lie.</summary>
    public int Mode { get; set; }

    /// <summary>Rows of every member begin at words, and fill them.</summary>
    public bool Aligned;

    /// <summary>Makes one of operators[first .. first + count), which Load has verified.</summary>
    public RowGroup(Operator[] operators, int first, int count, int[] rows)
    {
        Members = new Connection[count];
        Head = (DenseOperator)operators[first];
        Rows = rows;
        int bits = 0;
        for (int i = 0; i < count; i++)
        {
            Members[i] = (Connection)operators[first + i];
            bits |= Members[i].Weights | Members[i].RowBytes;
        }

        Aligned = (bits & 3) == 0;
    }

    /// <summary>How many operators from <paramref name="first"/> on form a group; 0: that one does not begin any.</summary>
    public static int Length(Operator[] operators, int first)
    {
        if (operators[first].Code != OperatorCode.Dense) return 0;
        DenseOperator head = (DenseOperator)operators[first];
        if (!head.LeadsGroup) return 0;
        int count = 1;
        while (first + count < operators.Length && Follows(operators[first + count], head)) count++;
        return count;
    }

    private static bool Follows(Operator candidate, DenseOperator head)
    {
        if (candidate.Code != OperatorCode.Dense && candidate.Code != OperatorCode.Sparse) return false;
        return ((Connection)candidate).Follows(head);
    }

    internal override void Prepare(PrepareContext context)
    {
        // Its members did.
    }

    internal override void Step()
    {
        Kernels.SumRows(this, File, Arena);
    }
}
