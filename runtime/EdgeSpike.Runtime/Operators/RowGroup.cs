namespace EdgeSpike.Runtime;

/// <summary>
/// A matrix and the matrices or compressed rows that follow it in the file and add rows of their events to the same sums, run as one
/// step: these rows can then pass over the sums together (<see cref="Kernels.SumRows"/>). Only an interpreter's schedule has groups.
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

    /// <summary>Every row of every member may be read eight columns at a time: the file goes on behind it.</summary>
    public bool WholeWords;

    /// <summary>Makes one of operators[first .. first + count), which Load has verified.</summary>
    public RowGroup(Operator[] operators, int first, int count, byte[] file, int[] rows)
    {
        Members = new Connection[count];
        Head = (DenseOperator)operators[first];
        Rows = rows;
        WholeWords = true;
        for (int i = 0; i < count; i++)
        {
            Members[i] = (Connection)operators[first + i];
            if (!Members[i].WholeWords(file.Length)) WholeWords = false;
        }
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
