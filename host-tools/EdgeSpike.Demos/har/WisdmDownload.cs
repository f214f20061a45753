using System;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Threading;
using System.Threading.Tasks;
using EdgeSpike.Conversion;

namespace EdgeSpike.Demos.Har;

/// <summary>
/// Gets the data set's archive over HTTP into a file that is there whole or not at all. A line that breaks is taken up
/// where it broke, as long as the server hands out the same archive (If-Range, RFC 9110, 13.1.5).
/// </summary>
public static class WisdmDownload
{
    /// <summary>The publisher's page.</summary>
    public const string Page = "https://archive.ics.uci.edu/dataset/507";

    /// <summary>The archive there, 300 MB: a zip inside a zip.</summary>
    public const string Archive = "https://archive.ics.uci.edu/static/public/507/wisdm+smartphone+and+smartwatch+activity+and+biometrics+dataset.zip";

    private const int Attempts = 4;
    private const long MostBytes = 2_000_000_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Downloads.</summary>
    /// <param name="address">http or https.</param>
    /// <param name="path">The file to make.</param>
    /// <param name="progress">Bytes so far, and all of them, or -1 where the server does not say; null for none.</param>
    /// <param name="cancellation">Stops it; nothing stays.</param>
    /// <exception cref="ConversionException"><see cref="ErrorCode.FileMissing"/>: it can't be had; <see cref="ErrorCode.OutputFailed"/>.</exception>
    public static void Get(Uri address, string path, Action<long, long>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(address);
        string part = $"{path}.{Guid.NewGuid():N}.part";
        try
        {
            using (FileStream file = new(part, FileMode.CreateNew, FileAccess.Write))
            using (HttpClient client = new() { Timeout = Patience })
            {
                EntityTagHeaderValue? tag = null;
                for (int attempt = 1; ; attempt++)
                {
                    try
                    {
                        if (Continue(client, address, file, ref tag, progress, cancellation)) break;
                        if (attempt == Attempts) throw new HttpRequestException("the server's line ended early");
                    }
                    catch (Exception e) when (attempt < Attempts && Transient(e) && !cancellation.IsCancellationRequested)
                    {
                        cancellation.WaitHandle.WaitOne(TimeSpan.FromSeconds(attempt));
                    }
                }
            }

            File.Move(part, path, overwrite: true);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or TimeoutException or HttpIOException && !cancellation.IsCancellationRequested)
        {
            throw new ConversionException(ErrorCode.FileMissing, address.ToString(), $"it can't be downloaded ({e.Message})", $"try again later, or get the archive by hand from {Page} and give it with --from", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConversionException(ErrorCode.OutputFailed, path, $"the archive can't be kept ({e.Message})", "check the folder and the free space", e);
        }
        finally
        {
            File.Delete(part);
        }

        cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>One request. True: all is there; false: the line ended before the length that the server stated.</summary>
    private static bool Continue(HttpClient client, Uri address, FileStream file, ref EntityTagHeaderValue? tag, Action<long, long>? progress, CancellationToken cancellation)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, address);
        if (file.Length > 0 && tag is { IsWeak: false })
        {
            request.Headers.Range = new RangeHeaderValue(file.Length, null);
            request.Headers.IfRange = new RangeConditionHeaderValue(tag);
        }

        using HttpResponseMessage response = client.Send(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        response.EnsureSuccessStatusCode();
        bool resumed = response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == file.Length;
        if (response.StatusCode == HttpStatusCode.PartialContent && !resumed) throw new HttpRequestException("the server sent another part than was asked for");
        if (!resumed) file.SetLength(0);
        file.Position = file.Length;
        tag = response.Headers.ETag;
        long all = response.Content.Headers.ContentLength is long rest ? file.Length + rest : -1;
        using Stream content = response.Content.ReadAsStream(cancellation);
        byte[] buffer = new byte[1 << 16];
        while (true)
        {
            // A read of a network stream is not under the client's timeout.
            using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            patience.CancelAfter(Patience);
            int count = content.ReadAsync(buffer, patience.Token).AsTask().GetAwaiter().GetResult();
            if (count == 0) break;
            file.Write(buffer, 0, count);
            if (file.Length > MostBytes) throw new HttpRequestException($"it is longer than {MostBytes} bytes");
            progress?.Invoke(file.Length, all);
        }

        return all < 0 || file.Length == all;
    }

    private static bool Transient(Exception e) => e switch
    {
        HttpRequestException { StatusCode: { } status } => (int)status >= 500,
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => false,
        HttpRequestException or HttpIOException or TaskCanceledException or IOException => true,
        _ => false,
    };
}
