defmodule Survey.Almanac do
  @moduledoc "Dates and times."
  import Survey.Show

  def run do
    day = ~D[2024-02-28]
    moment = ~U[2024-02-29 23:59:58.500Z]
    naive = ~N[1999-12-31 23:59:59]

    show_all do
      Date.add(day, 2)
      Date.diff(~D[2025-01-01], day)
      Date.day_of_week(day)
      Date.day_of_year(~D[2024-12-31])
      Date.leap_year?(day)
      Date.beginning_of_week(day)
      Date.range(day, ~D[2024-03-02]) |> Enum.map(&Date.to_iso8601/1)
      Date.new(2023, 2, 29)
      Date.quarter_of_year(day)
      DateTime.add(moment, 2, :second)
      DateTime.to_unix(moment, :millisecond)
      DateTime.from_unix!(-1)
      DateTime.from_iso8601("2015-01-23T23:50:07.123+02:30")
      DateTime.diff(moment, ~U[2024-01-01 00:00:00Z])
      DateTime.truncate(moment, :second)
      DateTime.compare(moment, DateTime.add(moment, 1, :nanosecond))
      DateTime.shift_zone(moment, "Europe/Nowhere")
      NaiveDateTime.add(naive, 1)
      NaiveDateTime.to_gregorian_seconds(naive)
      Time.add(~T[23:30:00], 45 * 60)
      Time.diff(~T[12:00:00], ~T[10:30:00], :minute)
      Time.truncate(~T[01:02:03.456789], :millisecond)
      Calendar.strftime(moment, "%A %d %B %Y, %I:%M:%S %p, day %j, %f")
      Calendar.ISO.days_in_month(2023, 2)
      Date.from_iso8601("2024-13-01")
      Enum.sort([~D[2024-01-03], ~D[2023-05-01]], Date)
      Date.to_erl(day)
      inspect({day, moment, naive, ~T[00:00:00]})
      "#{day} #{moment} #{naive}"
      Date.compare(day, day)
      System.convert_time_unit(3, :second, :microsecond)
    end
  end
end
