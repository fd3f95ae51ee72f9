"""Values of other programs and languages, by ours: stages, kinds, statuses, truths."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

import pandas as pd

TRUE, FALSE = "true", "false"
# Their values in plain words, by ours; parted by bars.
_WORDS: Mapping[str, Mapping[str, str]] = {
    "stage": {
        "qualify": "qualify|prospecting|qualification|qualified|open|new"
        "|appointment scheduled"
        "|qualified to buy|lead in|contact made|needs analysis|value proposition"
        "|id decision makers|identify decision makers|perception analysis|discovery"
        "|in discussion|purchasing|develop|demo scheduled|lead|interest|pipeline|offen"
        "|neu|qualifizierung|bedarfsanalyse|akquise|in bearbeitung|ouvert|prospection"
        "|qualification en cours|abierto|abierta|calificacion|prospeccion|aperto"
        "|prospezione|qualifica|aberto|prospeccao|kwalificatie|in progress|best case"
        "|upside|identified|validation",
        "propose": "propose|proposal|proposal price quote|proposal quote|engaging"
        "|presentation scheduled|proposal made|proposal sent|quote sent|quote|quoted"
        "|estimate|proposal issued|decision maker bought in|evaluation|demo|solution"
        "|angebot|angebotsphase|angebot erstellt|angebot abgegeben|praesentation"
        "|prasentation|proposition|devis|devis envoye|propuesta|oferta|presupuesto"
        "|proposta|preventivo|offerta|orcamento|offerte|voorstel",
        "negotiate": "negotiate|negotiation|negotiation review|negotiations started"
        "|negotiating|contract sent|verbal|verbal commit|commit|contracting|legal"
        "|verhandlung|vertragsverhandlung|vertrag gesendet|negociation|negociacion"
        "|negoziazione|trattativa|negociacao|onderhandeling|close|closing",
        "won": "won|closed won|closedwon|close won|booked|signed|invoiced|ordered|paid"
        "|complete|completed|implementation|closed won deal|gewonnen"
        "|geschlossen gewonnen|abgeschlossen gewonnen|auftrag|beauftragt|fakturiert"
        "|gagne|gagnee|ferme gagne|conclue gagnee|ganado|ganada|cerrada ganada"
        "|cerrado ganado|vinto|vinta|chiuso vinto|chiusa vinta|ganho|ganha"
        "|fechado ganho|gewonnen deal|gesloten gewonnen",
        "lost": "lost|closed lost|closedlost|close lost|cancelled|canceled|rejected"
        "|disqualified|dead|no decision|abandoned|verloren|geschlossen verloren"
        "|abgeschlossen verloren|abgelehnt|storniert|perdu|perdue|ferme perdu|perdido"
        "|perdida|cerrada perdida|perso|persa|chiuso perso|chiusa persa"
        "|fechado perdido|gesloten verloren|deleted",
    },
    "kind": {
        "new": "new|new business|new business new logo|new customer|newbusiness"
        "|new logo|sale"
        "|order|standard|f2|invoice|existing business new|neugeschaeft|neugeschaft"
        "|neukunde|verkauf|nouveau|nouvelle affaire|nouveau client|nuevo"
        "|nuevo negocio|nuovo|nuovo cliente|novo|novo negocio|nieuw|nieuwe klant"
        "|existing customer replacement|replacement",
        "expansion": "expansion|upsell|up sell|cross sell|cross selling|upgrade"
        "|existing customer upgrade|existing business|existingbusiness|add on|addon"
        "|existing customer|ausbau|erweiterung|bestandskunde|bestandsgeschaft"
        "|extension|ampliacion|espansione|expansao|uitbreiding",
        "renewal": "renewal|renew|contract renewal|existing customer renewal"
        "|verlaengerung|verlangerung|renouvellement|renovacion|rinnovo|renovacao"
        "|verlenging",
        "cancellation": "cancellation|return|credit|credit memo|refund|reversal"
        "|existing customer downgrade|downgrade|churn|s1|re|g2|gutschrift|storno"
        "|retoure|stornierung|avoir|retour|annulation|devolucion|abono|reso|storno"
        "|nota di credito|devolucao|creditnota|retour",
    },
    "status": {
        "customer": "customer|client|active|customer direct|customer channel"
        "|existing customer|active customer|current customer|key account|evangelist"
        "|won|paying|subscriber customer|kunde|bestandskunde|aktivkunde|neukunde|aktiv"
        "|client actif|actif|cliente|cliente activo|cliente attivo|cliente ativo|attivo"
        "|activo|ativo|klant|actief|bestaande klant|installed base",
        "prospect": "prospect|lead|target|suspect|opportunity|subscriber"
        "|marketing qualified lead|marketingqualifiedlead|mql|sales qualified lead"
        "|salesqualifiedlead|sql|potential|potential customer|prospective|new lead"
        "|former customer|ex customer|lost customer|churned|interessent|zielkunde"
        "|potenzieller kunde|altkunde|ehemaliger kunde|cliente potencial|potencial"
        "|potenziale|cliente potenziale|cible|ancien client|prospecto|prospeto"
        "|prospekt|prospectus|doelgroep|potentiele klant|client potentiel|opportunite"
        "|oportunidad|oportunidade|opportunita|verkaufschance|abonne|suscriptor|inscrit",
        "closed": "closed|permanently closed|planning|planned|inactive|out of business"
        "|defunct|deactivated|disabled|blocked|archived|inaktiv|gesperrt|geschlossen"
        "|stillgelegt|inactif|ferme|inactivo|cerrado|inattivo|chiuso|inativo|fechado"
        "|inactief|gesloten|bankrupt|insolvent",
    },
    "truth": {
        TRUE: "true|yes|y|1|x|t|active|aktiv|ja|j|wahr|vrai|oui|o|si|s|verdadero|vero"
        "|sim|verdadeiro|waar|actif|activo|attivo|ativo|actief|enabled|employed|on",
        FALSE: "false|no|n|0|f|inactive|inaktiv|nein|falsch|faux|non|falso|nao|nee"
        "|onwaar|inactif|inactivo|inattivo|inativo|inactief|disabled|deactivated"
        "|terminated|left|off",
    },
}
_AS = {
    "is_won": "truth",
    "is_closed": "truth",
    "is_deleted": "truth",
    "is_active": "truth",
}
TARGETS = ("stage", "kind", "status")  # whose values a mapping may hold


def words_of(target: str) -> Mapping[str, str]:
    """List our value by theirs, as `value_key` writes it."""
    return _words(_AS.get(target, target))


def values_of(target: str) -> tuple[str, ...]:
    """List our own values of a column that has few; none: any value."""
    return tuple(_WORDS.get(_AS.get(target, target), {}))


def values_in_turn(
    cells: pd.Series, target: str, given: Mapping[str, str]
) -> pd.Series:
    """
    Bring their values to ours.

    Parameters
    ----------
    cells : shape (n_rows,)
        Clean text.
    target
        Our column.
    given
        Our value by theirs, as a mapping says; it goes before the words we know.

    Returns
    -------
    shape (n_rows,)
        Our values, null where we do not know theirs.
    """
    said = {value_key(theirs): ours for theirs, ours in given.items()}
    words = {**words_of(target), **said}
    by_text = {text: words.get(value_key(text)) for text in cells.unique()}
    return cells.map(by_text).astype(object).where(lambda ours: ours.notna(), None)


def value_key(value: str) -> str:
    """Reduce a value to plain words: ``Negotiation/Review`` is negotiation review."""
    plain = unicodedata.normalize("NFKD", value.casefold())
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    words = re.sub(r"^\s*\d{1,2}\s*[.)\-:]\s*|\s*\(?\d{1,3}\s*%\)?\s*$", "", plain)
    return " ".join(re.findall(r"\w+", words)) or " ".join(re.findall(r"\w+", plain))


@lru_cache(maxsize=8)
def _words(vocabulary: str) -> Mapping[str, str]:
    return {
        word: ours
        for ours, theirs in _WORDS.get(vocabulary, {}).items()
        for word in theirs.split("|")
    }
