package shop;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.thoughtworks.xstream.XStream;
import java.beans.XMLDecoder;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.ObjectInputStream;
import javax.servlet.http.HttpServletRequest;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

class Documents {
    Object read(HttpServletRequest request) throws Exception {
        // ruleid: setpoint.java.unsafe-deserialisation
        return new ObjectInputStream(request.getInputStream()).readObject();
    }

    Object bytes(byte[] data) throws Exception {
        ObjectInputStream stream = new ObjectInputStream(new ByteArrayInputStream(data));
        // ruleid: setpoint.java.unsafe-deserialisation
        return stream.readObject();
    }

    Object xml(String text, InputStream stream, XStream xstream) {
        // ruleid: setpoint.java.unsafe-deserialisation
        new XMLDecoder(stream).close();
        // ruleid: setpoint.java.unsafe-deserialisation
        new Yaml().load(text);
        // ruleid: setpoint.java.unsafe-deserialisation
        return xstream.fromXML(text);
    }

    Object json(String text) throws Exception {
        // ok: setpoint.java.unsafe-deserialisation
        return new ObjectMapper().readValue(text, Order.class);
    }

    Object yaml(String text) {
        // ok: setpoint.java.unsafe-deserialisation
        return new Yaml(new SafeConstructor(new LoaderOptions())).load(text);
    }

    Object filtered(byte[] data) throws Exception {
        ObjectInputStream stream = new ObjectInputStream(new ByteArrayInputStream(data));
        stream.setObjectInputFilter(onlyOrders);
        // ok: setpoint.java.unsafe-deserialisation
        return stream.readObject();
    }

    Object own(InputStream resource) throws Exception {
        // ok: setpoint.java.unsafe-deserialisation
        return new ObjectInputStream(getClass().getResourceAsStream("/orders.bin")).readObject();
    }
}
