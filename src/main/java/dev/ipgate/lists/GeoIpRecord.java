package dev.ipgate.lists;

import com.maxmind.db.MaxMindDbConstructor;
import com.maxmind.db.MaxMindDbParameter;
import org.jspecify.annotations.Nullable;

/** As much of a record of MaxMind's databases as groups are made of; public for their reader, which makes it. */
public final class GeoIpRecord {

    private final @Nullable Country country;
    private final @Nullable Long systemNumber;

    /**
     * Made by the reader.
     *
     * @param country where the addresses are used, which is not always where they are registered
     * @param systemNumber which network announces them
     */
    @MaxMindDbConstructor
    public GeoIpRecord(
            @MaxMindDbParameter(name = "country") @Nullable Country country,
            @MaxMindDbParameter(name = "autonomous_system_number") @Nullable Long systemNumber) {
        this.country = country;
        this.systemNumber = systemNumber;
    }

    /** The ISO 3166-1 code, or null. */
    @Nullable
    String countryCode() {
        return country == null ? null : country.code;
    }

    /** The number of the autonomous system, or null. */
    @Nullable
    Long systemNumber() {
        return systemNumber;
    }

    /** A country. */
    public static final class Country {

        private final @Nullable String code;

        /** Made by the reader. */
        @MaxMindDbConstructor
        public Country(@MaxMindDbParameter(name = "iso_code") @Nullable String code) {
            this.code = code;
        }
    }
}
