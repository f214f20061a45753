using System.Linq;

namespace EdgeSpike.Conversion.Quantization;

/// <summary>Elements that have to share a scale, as sets joined pair by pair (union-find with path halving).</summary>
internal sealed class Groups(int count)
{
    private readonly int[] _parent = [.. Enumerable.Range(0, count)];

    public void Join(int a, int b)
    {
        a = Root(a);
        b = Root(b);
        if (a < b) _parent[b] = a;
        else _parent[a] = b;
    }

    /// <summary>The number of each element's group, 0 …, in order of first occurrence.</summary>
    public int[] Number(out int groups)
    {
        int[] number = new int[_parent.Length];
        groups = 0;
        for (int i = 0; i < number.Length; i++) number[i] = Root(i) == i ? groups++ : number[Root(i)];
        return number;
    }

    private int Root(int i)
    {
        while (_parent[i] != i) i = _parent[i] = _parent[_parent[i]];
        return i;
    }
}
