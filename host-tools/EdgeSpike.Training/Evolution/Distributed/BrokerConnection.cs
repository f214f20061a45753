using System;
using System.Buffers;
using System.Threading;
using System.Threading.Tasks;
using EdgeSpike.Conversion;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace EdgeSpike.Training.Evolution.Distributed;

/// <summary>A connection to an MQTT 5 broker, and the topics of an evolution. Owns its client.</summary>
public sealed class BrokerConnection : IDisposable
{
    /// <summary>Announcement, retained.</summary>
    public const string Announcement = "edgespike/evolution/announcement";

    /// <summary>Work; shared by the workers, so that each piece goes to one of them.</summary>
    public const string Work = "edgespike/evolution/work";

    /// <summary>The subscription by which workers share it.</summary>
    public const string SharedWork = "$share/workers/" + Work;

    /// <summary>Results.</summary>
    public const string Results = "edgespike/evolution/results";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly IMqttClient _client;
    private readonly string _where;

    private BrokerConnection(IMqttClient client, string where) => (_client, _where) = (client, where);

    /// <summary>Whether the broker is there.</summary>
    public bool IsConnected => _client.IsConnected;

    /// <summary>Connects.</summary>
    /// <param name="address">mqtt://host[:port].</param>
    /// <param name="received">Is told of each message: topic and payload. Called by the client's own thread; must not block for long.</param>
    /// <exception cref="ConversionException">Not such an address, or nobody answers there.</exception>
    public static BrokerConnection Open(string address, Action<string, byte[]> received)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) || uri.Scheme != "mqtt" || uri.Host.Length == 0)
            throw new ConversionException(ErrorCode.Usage, address, "it is not the address of a broker", "give mqtt://host or mqtt://host:port");
        IMqttClient client = new MqttClientFactory().CreateMqttClient();
        client.ApplicationMessageReceivedAsync += e =>
        {
            received(e.ApplicationMessage.Topic, e.ApplicationMessage.Payload.ToArray());
            return Task.CompletedTask;
        };
        MqttClientOptions options = new MqttClientOptionsBuilder()
            .WithTcpServer(uri.Host, uri.IsDefaultPort ? 1883 : uri.Port)
            .WithProtocolVersion(MqttProtocolVersion.V500)
            .WithClientId($"edgespike-{Guid.NewGuid():N}")
            .WithTimeout(s_patience)
            .Build();
        BrokerConnection connection = new(client, address);
        connection.Wait(token => client.ConnectAsync(options, token));
        return connection;
    }

    /// <summary>Asks for the messages of a topic, each at least once.</summary>
    public void Subscribe(string topic) => Wait(token => _client.SubscribeAsync(topic, MqttQualityOfServiceLevel.AtLeastOnce, token));

    /// <summary>Sends a message, at least once.</summary>
    public void Send(string topic, byte[] payload, bool retain = false) => Wait(token => _client.PublishBinaryAsync(topic, payload, MqttQualityOfServiceLevel.AtLeastOnce, retain, token));

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            if (_client.IsConnected) Wait(token => _client.DisconnectAsync(new MqttClientDisconnectOptions(), token));
        }
        catch (ConversionException)
        {
            // It is gone already.
        }

        _client.Dispose();
    }

    private void Wait(Func<CancellationToken, Task> work)
    {
        using CancellationTokenSource patience = new(s_patience);
        try
        {
            // On a thread of the pool: the caller's context may be the one thread that is waiting here.
            Task.Run(() => work(patience.Token), patience.Token).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is MqttCommunicationException or OperationCanceledException or InvalidOperationException or System.Net.Sockets.SocketException)
        {
            throw new ConversionException(ErrorCode.DeviceFailed, _where, $"the broker does not answer ({e.Message})", "start it, and check address and port", e);
        }
    }
}
