using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using EdgeSpike.Conversion;
using EdgeSpike.Demos.Har;
using EdgeSpike.Tests;
using Xunit;

namespace EdgeSpike.Demos.Tests.Har;

public class WisdmDownloadTests
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 7 % 251))];

    [Fact]
    public void AFileArrivesWhole()
    {
        using TemporaryFolder folder = new();
        using Server server = new(_ => (200, Content, Content.Length, ""));
        long last = 0;
        WisdmDownload.Get(server.Address, folder.File("a.zip"), (bytes, all) =>
        {
            Assert.Equal(Content.Length, all);
            last = bytes;
        }, TestContext.Current.CancellationToken);
        Assert.Equal(Content, File.ReadAllBytes(folder.File("a.zip")));
        Assert.Equal(Content.Length, last);
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void ABrokenLineIsTakenUpWhereItBroke()
    {
        using TemporaryFolder folder = new();
        List<string> requests = [];
        using Server server = new(request =>
        {
            requests.Add(request);
            string? range = request.Split("\r\n").FirstOrDefault(l => l.StartsWith("Range: bytes=", StringComparison.Ordinal));
            if (range is null) return (200, Content[..100_000], Content.Length, "ETag: \"1\"\r\n");
            int from = int.Parse(range["Range: bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture);
            return (206, Content[from..], Content.Length - from, $"ETag: \"1\"\r\nContent-Range: bytes {from}-{Content.Length - 1}/{Content.Length}\r\n");
        });
        WisdmDownload.Get(server.Address, folder.File("a.zip"), null, TestContext.Current.CancellationToken);
        Assert.Equal(Content, File.ReadAllBytes(folder.File("a.zip")));
        Assert.Equal(2, requests.Count);
        Assert.Contains("If-Range: \"1\"", requests[1], StringComparison.Ordinal);
    }

    [Fact]
    public void AnArchiveThatChangedMeanwhileIsBegunAnew()
    {
        using TemporaryFolder folder = new();
        int served = 0;
        using Server server = new(_ => served++ == 0 ? (200, Content[..100_000], Content.Length, "ETag: \"1\"\r\n") : (200, [.. Content.Reverse()], Content.Length, "ETag: \"2\"\r\n"));
        WisdmDownload.Get(server.Address, folder.File("a.zip"), null, TestContext.Current.CancellationToken);
        Assert.Equal(Content.Reverse(), File.ReadAllBytes(folder.File("a.zip")));
    }

    [Fact]
    public void AServerThatRefusesLeavesNothing()
    {
        using TemporaryFolder folder = new();
        using Server server = new(_ => (404, [], 0, ""));
        ConversionException e = Assert.Throws<ConversionException>(() => WisdmDownload.Get(server.Address, folder.File("a.zip"), null, TestContext.Current.CancellationToken));
        Assert.Equal(ErrorCode.FileMissing, e.Code);
        Assert.Contains("404", e.What, StringComparison.Ordinal);
        Assert.Contains("--from", e.Remedy, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void CancellingLeavesNothing()
    {
        using TemporaryFolder folder = new();
        using CancellationTokenSource stop = new();
        using Server server = new(_ => (200, Content[..50_000], Content.Length, ""));
        Assert.ThrowsAny<OperationCanceledException>(() => WisdmDownload.Get(server.Address, folder.File("a.zip"), (_, _) => stop.Cancel(), stop.Token));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    // Answers one request a connection: status, what is sent, the length that is stated, more headers.
    private sealed class Server : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Task _work;

        public Server(Func<string, (int Status, byte[] Body, int Length, string Headers)> answer)
        {
            _listener.Start();
            Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/archive.zip");
            _work = Task.Run(() =>
            {
                while (true)
                {
                    try
                    {
                        using TcpClient client = _listener.AcceptTcpClient();
                        using NetworkStream stream = client.GetStream();
                        byte[] request = new byte[8192];
                        int count = stream.Read(request);
                        (int status, byte[] body, int length, string headers) = answer(Encoding.ASCII.GetString(request, 0, count));
                        stream.Write(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n{headers}Connection: close\r\n\r\n"));
                        stream.Write(body);
                    }
                    catch (SocketException)
                    {
                        return;
                    }
                    catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
                    {
                    }
                }
            });
        }

        public Uri Address { get; }

        public void Dispose()
        {
            _listener.Dispose();
            _work.Wait(TimeSpan.FromSeconds(5));
        }
    }
}
